// Small tables with a row header each, and a note. By hand: how many there are, and their columns, depend on what was
// measured, and gr.Dataframe has no row headers, which a screen reader reads with each figure.
const host = element.querySelector(".tables");

const heading = (text, scope, className) => el("th", { scope, class: className, text });
const row = ({ head, cells }) => el("tr", {}, heading(head, "row"),
  ...cells.map((cell) => el("td", { class: "figure", text: cell })));
const framed = (caption, ...nodes) => el("div", { class: "frame", role: "group", "aria-label": caption }, ...nodes);
const table = ({ caption, corner, columns, rows, note }) => framed(caption,
  el("table", { class: "figures" }, el("caption", { text: caption }),
    el("thead", {}, el("tr", {}, heading(corner, "col"), ...columns.map((name) => heading(name, "col", "figure")))),
    el("tbody", {}, ...rows.map(row))),
  note && el("p", { class: "facts", text: note }));
const draw = () => host.replaceChildren(...props.value.map(table));
watch("value", draw);
draw();
