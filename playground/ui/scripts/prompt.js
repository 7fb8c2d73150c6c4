// What will be sent: every prompt of the setup, before it is run.
const host = element.querySelector(".prompt");
const draw = () => {
  const { summary, error, steps } = props.value;
  host.replaceChildren(
    el("div", { class: "pane-head" },
      el("h2", { text: "What will be sent" }), el("span", { class: "facts", text: summary })),
    el("div", { class: "pane-body", tabindex: "0", role: "region", "aria-label": "What will be sent" },
      error && el("p", { class: "missing", text: error }),
      ...steps.map((step) => el("section", {},
        (steps.length > 1 || step.times > 1) && el("h3", { text: step.label },
          step.times > 1 && el("span", { class: "times", text: `\u00d7 ${step.times}` }),
          el("span", { class: "facts", text: step.facts })),
        ...promptNodes(step)))));
};
watch("value", draw);
draw();
