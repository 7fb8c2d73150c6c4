// What became of one cell: the question, what would be right, what was answered, and why it counts as it does. By hand:
// its rows and buttons come and go with what there is to tell.
const host = element.querySelector(".experiment_cell");
let shown = "";
const draw = () => {
  const now = props.value;
  host.hidden = !now.title;
  if (!now.title) return host.replaceChildren();
  const facts = [[t("Asked"), now.asked], [t("Expected"), now.reference], [t("Answered"), now.answer],
    [t("Read as"), now.predicted], [t("Why"), now.note], [t("It took"), now.facts]].filter(([, text]) => text);
  redraw(host,
    el("div", { class: "side-head" }, el("h3", { text: now.title }),
      el("span", { class: "verdict", "data-state": now.state, text: now.said })),
    el("dl", {}, ...facts.map(([name, text]) =>
      el("div", { class: "fact" }, el("dt", { text: name }), el("dd", { text, dir: "auto" })))),
    el("div", { class: "card-acts" },
      now.openable && el("button", { type: "button", class: "quiet strong", text: t("Open in the Playground"),
        onclick: () => trigger("open_setup", { key: now.at }) }),
      ...now.repetitions.map((one) => el("button", { type: "button", text: one.title,
        class: one.at === now.at ? "quiet strong" : "quiet", "aria-pressed": String(one.at === now.at),
        onclick: () => trigger("show_repetition", { key: one.at }) }))));
  const before = shown;
  shown = `${now.title}/${now.at}`;
  if (shown !== before) host.scrollIntoView({ block: "nearest" });
};
watch("value", draw);
draw();
