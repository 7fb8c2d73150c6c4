// Items by columns: who solved what. Arrow keys walk over the cells, Enter shows the run. By hand: gr.Dataframe's cells
// have no state that is seen without colour, and are no buttons.
const host = element.querySelector(".items");
let chosen = "";
let missed = ""; // the cell that had the focus, while it is not there
const empty = el("p", { class: "facts empty" });
const count = el("p", { class: "facts", role: "status", "aria-live": "polite" });
const frame = el("div", { class: "items-frame", role: "region", "aria-label": t("Items by columns"), tabindex: "0" });
const turn = (page) => trigger("turn_page", { page });
const pageButton = (text, by) =>
  el("button", { type: "button", class: "quiet", text, onclick: () => turn(props.value.page + by) });
const [before, after] = [pageButton(t("Previous"), -1), pageButton(t("Next"), 1)];
const pager = el("div", { class: "pager" }, before, after);
host.append(count, empty, frame, pager);
let buttons = [];
const cell = (row, at, column) => {
  const one = row.cells[column];
  if (!one) return el("td", { class: "facts waiting", text: "\u2026" });
  const key = `${row.item}/${column}`;
  const button = el("button", { type: "button", class: "item-cell", "data-state": one.state, "data-key": key,
    "aria-pressed": String(chosen === key), title: one.title,
    "aria-label": t`${row.item}, ${props.value.columns[column]}: ${one.title}. Show its run.`,
    onclick: () => {
      chosen = key;
      for (const other of buttons.flat()) other && (other.ariaPressed = String(other === button));
      trigger("show_cell", { item: row.item, column });
    } },
  el("span", { class: "mark", text: one.mark, "aria-hidden": "true" }),
  el("span", { class: "predicted", text: one.text, dir: "auto" }));
  buttons[at][column] = button;
  return el("td", {}, button);
};
const heading = (name) => el("th", { scope: "col", text: name });
const line = (row, at, columns) => el("tr", {},
  el("th", { scope: "row" }, el("span", { class: "facts", text: row.item }),
    el("span", { class: "asked", text: row.input, title: row.input, dir: "auto" })),
  el("td", { class: "reference", text: row.reference, dir: "auto" }),
  ...columns.map((_, column) => cell(row, at, column)));
const draw = () => {
  const now = props.value;
  setText(count, now.count);
  setText(empty, now.empty);
  empty.hidden = !now.empty;
  frame.hidden = !now.rows.length;
  pager.hidden = now.pages < 2;
  before.disabled = now.page < 1;
  after.disabled = now.page + 1 >= now.pages;
  buttons = now.rows.map(() => now.columns.map(() => null));
  const scrolled = frame.scrollTop;
  const active = document.activeElement;
  const nowhere = active === frame || active === document.body; // where a cell that goes leaves the focus
  const focused = nowhere ? missed : frame.contains(active) && active.dataset.key;
  frame.replaceChildren(el("table", {},
    el("thead", {}, el("tr", {}, ...[t("Item"), t("Expected"), ...now.columns].map(heading))),
    el("tbody", {}, ...now.rows.map((row, at) => line(row, at, now.columns)))));
  walkWithArrows(buttons);
  frame.scrollTop = scrolled;
  // New answers draw the list anew: the focus stays where it was, and waits at the list for a cell that is asked again.
  const button = focused && buttons.flat().find((one) => one?.dataset.key === focused);
  missed = focused && !button ? focused : "";
  if (focused) (button ?? frame).focus({ preventScroll: true });
};
watch("value", draw);
draw();
