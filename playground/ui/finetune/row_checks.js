// What is wrong with rows to learn from, and how the model will see some of them. By hand: each finding has a word for
// how grave it is, and a row's tokens are coloured by whether the loss counts them.
const host = element.querySelector(".row_checks");
const SEEN = {
  counted: t("the loss counts it"), control: t("a control token"), read: t("read, and not learned") };
const level = (token) => (token.counted ? "counted" : "");
const describe = (token) => [`\u201c${visible(token.text)}\u201d`, `id ${token.id}`,
  token.control && SEEN.control, token.counted ? SEEN.counted : SEEN.read].filter(Boolean).join(" \u00b7 ");
const finding = (one) => el("li", { "data-weight": one.weight },
  el("span", { class: "verdict", text: one.word }), el("span", { text: one.said }));
const shown = (row) => el("div", { class: "tokens" }, el("h4", { text: row.title }), el("p", { class: "facts",
  text: row.facts }), ...tokenText({ tokens: row.tokens, label: row.title, level, describe }));
const draw = () => {
  const { title, facts, findings, rows } = props.value;
  host.hidden = !title;
  redraw(host, el("h3", { text: title }), el("p", { class: "facts", text: facts }),
    el("ul", {}, ...findings.map(finding)), ...rows.map(shown));
};
watch("value", draw);
draw();
