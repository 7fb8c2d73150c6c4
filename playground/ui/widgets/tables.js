// Small tables with a row header each.
const host = element.querySelector(".tables");
const draw = () => host.replaceChildren(...props.value.map((table) => el("div", { class: "frame", role: "group", "aria-label": table.caption },
  el("table", { class: "figures" }, el("caption", { text: table.caption }),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: table.corner }), ...table.columns.map((name) => el("th", { scope: "col", class: "figure", text: name })))),
    el("tbody", {}, ...table.rows.map((row) => el("tr", {}, el("th", { scope: "row", text: row.head }), ...row.cells.map((cell) => el("td", { class: "figure", text: cell })))))),
  table.note && el("p", { class: "facts", text: table.note }))));
watch("value", draw);
draw();
