// What will be sent: every prompt of the setup, before it is run. By hand: what is unfolded stays so while one types.
const host = element.querySelector(".prompt");
const heading = el("div", { class: "pane-head" });
const turns = el("div", { class: "pane-body", tabindex: "0", role: "region", "aria-label": t("What will be sent") });
const raw = el("pre", { dir: "auto", tabindex: "0" });
// Stays in place between drawings, so that it stays open while one types.
const whole = el("details", { class: "sent whole" }, el("summary", { text: t("As the model reads it") }), raw);
// Of what was sent before, what is to be seen beside what will be sent; a title and messages each.
const before = el("div");
// What is known to go wrong, said before one runs it; drawn anew only when it changes, so that it is read out once.
const advice = el("ul", { class: "advice", role: "status", "aria-label": t("Before you run this") });
let advised = "";
host.append(heading, advice, turns, before, whole);
// Of a long conversation the middle is folded, and where even that does not fit, the pane is scrolled to the question.
const [MANY, HEAD, TAIL] = [7, 3, 3];
let unfolded = false;
const folded = (nodes) => {
  if (nodes.length <= MANY) return nodes;
  const between = nodes.slice(HEAD, -TAIL);
  return [...nodes.slice(0, HEAD), el("details", { class: "between", open: unfolded,
    ontoggle: (event) => { unfolded = event.currentTarget.open; } },
    el("summary", { text: t`${between.length} more messages` }), ...between), ...nodes.slice(-TAIL)];
};
const goToQuestion = () => {
  const question = turns.querySelector(".asked");
  if (!question) return;
  const [box, frame] = [question.getBoundingClientRect(), turns.getBoundingClientRect()];
  const [top, bottom] = [box.top - frame.top + turns.scrollTop, box.bottom - frame.top + turns.scrollTop];
  turns.scrollTop = Math.max(0, Math.min(top - 12, bottom + 12 - turns.clientHeight));
};
const draw = () => {
  const now = props.value;
  markInvalid(now.wrong);
  heading.replaceChildren(el("h2", { text: t("What will be sent") }),
    el("span", { class: "facts", text: now.summary }));
  if (advised !== now.advice.join("\n")) {
    advised = now.advice.join("\n");
    advice.replaceChildren(...now.advice.map((sentence) => el("li", { text: sentence })));
  }
  advice.hidden = !now.advice.length;
  turns.replaceChildren(
    ...(now.error ? [el("p", { class: "missing", text: now.error })] : []),
    ...now.steps.map((step) => el("section", {},
      (now.steps.length > 1 || step.times > 1) && el("h3", { text: step.label },
        step.times > 1 && el("span", { class: "times", text: `\u00d7 ${step.times}` }),
        el("span", { class: "facts", text: step.facts })),
      ...folded(promptNodes(step)))));
  goToQuestion();
  redraw(before, ...now.sent.map((step) => el("section", { class: "sent-before" },
    el("h3", { text: step.label }), ...promptNodes(step))));
  whole.hidden = !now.raw;
  setText(raw, now.raw);
};
watch("value", draw);
draw();
