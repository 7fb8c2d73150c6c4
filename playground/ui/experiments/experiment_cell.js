// What became of one cell: the question, what would be right, what was answered, and why it counts as it does.
const host = element.querySelector(".experiment_cell");
let shown = "";
const draw = () => {
  const now = props.value;
  host.hidden = !now.title;
  if (!now.title) return host.replaceChildren();
  const tell = (name, text) => text && el("div", { class: "told" }, el("dt", { text: name }), el("dd", { text, dir: "auto" }));
  host.replaceChildren(
    el("div", { class: "side-head" }, el("h3", { text: now.title }), el("span", { class: "verdict", "data-state": now.state, text: now.said })),
    el("dl", {}, tell("Asked", now.asked), tell("Expected", now.reference), tell("Answered", now.answer), tell("Read as", now.predicted), tell("Why", now.note), tell("It took", now.facts)),
    el("div", { class: "card-acts" },
      now.openable && el("button", { type: "button", class: "quiet strong", text: "Open in the Playground", onclick: () => trigger("open_setup", { key: now.at }) }),
      ...now.repetitions.map((one) => el("button", { type: "button", class: one.at === now.at ? "quiet strong" : "quiet", text: one.title, "aria-pressed": String(one.at === now.at),
        onclick: () => trigger("show_repetition", { key: one.at }) }))));
  if (shown !== (shown = `${now.title}/${now.at}`)) host.scrollIntoView({ block: "nearest" });
};
watch("value", draw);
draw();
