// All prompts side by side, each with what differs from where all began. By hand: gr.HighlightedText shows one text,
// and how many there are depends on the class.
const host = element.querySelector(".prompts");
const tags = { added: "ins", removed: "del", same: "span" };
const card = ({ title, facts, segments }) => el("article", { class: "class-prompt" },
  el("h4", { text: title }), el("p", { class: "facts", text: facts }),
  el("p", { class: "class-text" }, ...segments.map(({ text, change }) => el(tags[change], { text }))));
const draw = () => redraw(host, ...(props.value ?? []).map(card));
watch("value", draw);
draw();
