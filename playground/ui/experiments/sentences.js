// What may be said of the columns, one plain sentence each. By hand: a title in them is no Markdown.
const host = element.querySelector(".sentences");
const draw = () => {
  const { title, lead, sentences } = props.value;
  host.hidden = !title;
  host.replaceChildren(el("h3", { text: title }), lead && el("p", { class: "facts", text: lead }),
    el("ul", {}, ...sentences.map((one) => el("li", { "data-kind": one.kind },
      el("span", { class: "verdict", text: one.mark }), el("span", { text: one.text })))));
};
watch("value", draw);
draw();
