// A table of texts: rows can be added, removed and moved. The value is a list of objects, one key a column. By hand:
// gr.Dataframe's cells have one line, and its rows do not move.
const host = element.querySelector(".rows");
const { columns, noun, most } = fixed;
const REST = ["adapter", "scale"]; // of weights: they stand with the model
const hasWeights = columns.some(({ weights }) => weights);
host.dataset.noun = noun;
let rows = [];

const publish = () => {
  props.value = rows.map((row) => ({ ...row }));
  trigger("input");
};
const control = (row, column, name) => {
  const held = { "aria-label": name, "data-column": column.key,
    oninput: (event) => { row[column.key] = event.target.value; publish(); } };
  if (column.bounds) {
    const [min, max, step] = column.bounds;
    return el("input", { ...held, type: "number", inputmode: "decimal", min, max, step, title: column.hint,
      placeholder: column.empty, value: row[column.key] ?? "" });
  }
  if (!column.choices.length) return el("textarea", { ...held, rows: column.lines, value: row[column.key] ?? "",
    placeholder: column.hint, spellcheck: "false", dir: "auto" });
  const chosen = row[column.key] || column.choices[0][1];
  return el("select", { ...held, title: column.hint },
    ...column.choices.map(([title, value]) => el("option", { value, text: title, selected: value === chosen })));
};
const framed = (label, node, kind = "") => el("label", { class: `cell ${kind}` },
  el("span", { class: "column", text: label }), node);
const cell = (row, at, column) => framed(column.label,
  control(row, column, `${noun} ${at + 1}: ${inSentence(column.label)}`));
// What a row may have of its own, else as the whole has it, is folded away: its summary says what of that it has.
const isOwn = ({ key, weights, bounds }) => hasWeights && (weights || bounds || REST.includes(key));
const numbers = columns.filter((column) => isOwn(column) && column.bounds && !REST.includes(column.key));
const { empty } = columns.find(({ weights }) => weights) ?? {};
const unfolded = new Set();
const ownWords = (row) => [...weightsWords(row),
  ...numbers.filter(({ key }) => ![undefined, null, ""].includes(row[key]))
    .map(({ key, label }) => `${inSentence(label)} ${row[key]}`)].join(", ") || empty;
const ownCells = (row, at) => {
  const words = el("span", { text: ownWords(row) });
  const weights = weightsFields(row, `${noun} ${at + 1}`, { field: framed, common: empty, publish,
    changed: () => { draw(); publish(); } });
  const details = el("details", { class: "own-settings", open: unfolded.has(at),
    ontoggle: () => (details.open ? unfolded.add(at) : unfolded.delete(at)),
    oninput: () => setText(words, ownWords(row)) },
  el("summary", {}, el("span", { class: "column", text: t("Model and sampling:") }), words),
  el("div", { class: "cells" }, ...weights.filter(Boolean), ...numbers.map((column) => cell(row, at, column))));
  return details;
};
const cells = (row, at) => [...columns.filter((column) => !isOwn(column)).map((column) => cell(row, at, column)),
  ...(hasWeights ? [ownCells(row, at)] : [])];
const tool = (action, sign, name, disabled, act) =>
  el("button", { type: "button", class: "quiet", text: sign, title: name, "aria-label": name, disabled,
    "data-action": action, onclick: act });

const focus = (at, selector) => {
  const row = host.querySelectorAll(".row")[Math.min(at, rows.length - 1)];
  (row?.querySelector(selector) ?? host.querySelector(".add"))?.focus();
};
const move = (at, to) => {
  [rows[at], rows[to]] = [rows[to], rows[at]];
  draw();
  publish();
  const wanted = `[data-action=${to < at ? "up" : "down"}]`;
  focus(to, `${wanted}:not([disabled]), [data-action=${to < at ? "down" : "up"}]:not([disabled])`);
};
const remove = (at) => {
  rows.splice(at, 1);
  draw();
  publish();
  focus(at, "textarea");
};
const add = () => {
  rows.push(Object.fromEntries(columns.map((column) => [column.key, column.choices[0]?.[1] ?? ""])));
  draw();
  publish();
  focus(rows.length - 1, "textarea");
};
const draw = () => {
  redraw(host,
    rows.length > 3 && el("a", { class: "skip", href: "#", "data-to": `[data-noun="${noun}"] .add`,
      text: t`Skip the ${rows.length} rows` }),
    ...rows.map((row, at) => el("div", { class: "row", role: "group", "aria-label": `${noun} ${at + 1}` },
      el("span", { class: "number", text: at + 1, "aria-hidden": "true" }),
      el("div", { class: "cells" }, ...cells(row, at)),
      el("div", { class: "tools", role: "toolbar", "aria-label": `${noun} ${at + 1}` },
        tool("up", "\u2191", t`Move ${noun} ${at + 1} up`, at === 0, () => move(at, at - 1)),
        tool("down", "\u2193", t`Move ${noun} ${at + 1} down`, at === rows.length - 1, () => move(at, at + 1)),
        tool("remove", "\u00d7", t`Remove ${noun} ${at + 1}`, false, () => remove(at))))),
    el("button", { type: "button", class: "quiet add", text: t`Add ${inSentence(noun)}`, onclick: add,
      disabled: rows.length >= most }));
};
const take = () => {
  rows = (props.value ?? []).map((row) => ({ ...row }));
  draw();
};
if (hasWeights) document.addEventListener("offered-models", draw);
watch("value", take);
take();
