// Items by columns: who solved what. Cells are buttons with one tab stop; arrow keys walk, Enter shows the run.
const host = element.querySelector(".items");
let chosen = "";
const empty = el("p", { class: "facts empty" });
const count = el("p", { class: "facts", role: "status", "aria-live": "polite" });
const frame = el("div", { class: "items-frame", role: "region", "aria-label": "Items by columns", tabindex: "0" });
const turn = (page) => trigger("turn_page", { page });
const before = el("button", { type: "button", class: "quiet", text: "Previous", onclick: () => turn(props.value.page - 1) });
const after = el("button", { type: "button", class: "quiet", text: "Next", onclick: () => turn(props.value.page + 1) });
const pager = el("div", { class: "pager" }, before, after);
host.append(count, empty, frame, pager);
let buttons = [];
const cell = (row, at, column, wide) => {
  const one = row.cells[column];
  if (!one) return el("td", { class: "facts waiting", text: "\u2026" });
  const key = `${row.item}/${column}`;
  const button = el("button", { type: "button", class: "item-cell", "data-state": one.state, "data-key": key, tabindex: "-1", "aria-pressed": String(chosen === key),
    title: one.title, "aria-label": `${row.item}, ${props.value.columns[column]}: ${one.title}. Show its run.`,
    onclick: () => {
      chosen = key;
      for (const other of buttons.flat()) other && (other.ariaPressed = String(other === button));
      trigger("show_cell", { item: row.item, column });
    },
    onkeydown: (event) => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      const to = buttons[at + step[0]]?.[column + step[1]];
      if (!to) return;
      button.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    } }, el("span", { class: "mark", text: one.mark, "aria-hidden": "true" }), el("span", { class: "predicted", text: one.text, dir: "auto" }));
  (buttons[at] ??= [])[column] = button;
  return el("td", {}, button);
};
const draw = () => {
  const now = props.value;
  setText(count, now.count);
  setText(empty, now.empty);
  empty.hidden = !now.empty;
  frame.hidden = !now.rows.length;
  pager.hidden = now.pages < 2;
  before.disabled = now.page < 1;
  after.disabled = now.page + 1 >= now.pages;
  buttons = [];
  const at = frame.scrollTop;
  frame.replaceChildren(el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "Item" }), el("th", { scope: "col", text: "Expected" }), ...now.columns.map((name) => el("th", { scope: "col", text: name })))),
    el("tbody", {}, ...now.rows.map((row, i) => el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "facts", text: row.item }), el("span", { class: "asked", text: row.input, title: row.input, dir: "auto" })),
      el("td", { class: "reference", text: row.reference, dir: "auto" }),
      ...now.columns.map((_, column) => cell(row, i, column)))))));
  const first = buttons.flat().find(Boolean);
  if (first) first.tabIndex = 0;
  frame.scrollTop = at;
};
watch("value", draw);
draw();
