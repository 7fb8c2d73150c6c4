// Small tables with a row header each, and a note. By hand: how many there are, and their columns, depend on what was
// measured, and gr.Dataframe has no row headers, which a screen reader reads with each figure.
const host = element.querySelector(".tables");

const heading = (text, scope, className) => el("th", { scope, class: className, text });
// A column of texts is read from the left and breaks between words; figures stand below each other at the right.
const LONG = 28;
const kinds = (columns, rows) =>
  columns.map((_, at) => (rows.some(({ cells }) => cells[at]?.length > LONG) ? "text" : "figure"));
const row = ({ head, cells }, classes) => el("tr", {}, heading(head, "row"),
  ...cells.map((cell, at) => el("td", { class: classes[at], text: cell })));
const framed = (caption, ...nodes) => el("div", { class: "frame", role: "group", "aria-label": caption }, ...nodes);
const table = ({ caption, corner, columns, rows, note }) => {
  const classes = kinds(columns, rows);
  const heads = columns.map((name, at) => heading(name, "col", classes[at]));
  return framed(caption,
    el("table", { class: "figures" }, el("caption", { text: caption }),
      el("thead", {}, el("tr", {}, heading(corner, "col"), ...heads)),
      el("tbody", {}, ...rows.map((one) => row(one, classes)))),
    note && el("p", { class: "facts", text: note }));
};
const draw = () => host.replaceChildren(...props.value.map(table));
watch("value", draw);
draw();
