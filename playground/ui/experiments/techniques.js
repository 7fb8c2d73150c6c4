// The ways of asking that an experiment compares: each can be ticked, edited, doubled, moved and taken away.
const host = element.querySelector(".techniques");
const { strategies, most } = fixed;
let rows = [];
let open = null;

const known = (name) => strategies.find((one) => one.name === name) ?? strategies[0];
const publish = () => {
  props.value = structuredClone(rows);
  trigger("input");
};
const change = (row, values) => {
  Object.assign(row, values);
  publish();
};
const title = (row) => row.name || known(row.strategy).title;
const summary = (row) => {
  const { title, options } = known(row.strategy);
  const changed = options.filter(({ name, default: usual }) => name in row.options && row.options[name] !== usual)
    .map(({ name, label }) => `${label.toLowerCase()} ${String(row.options[name]).replaceAll("_", " ")}`);
  return [row.name && row.name !== title ? title : "", ...changed, row.template ? "own wording" : "",
    row.sampling.trim().replaceAll("\n", ", ")].filter(Boolean).join(" \u00b7 ");
};
const line = (label, control, hint) => el("label", { class: "technique-field" }, el("span", { class: "field-name", text: label }),
  hint && el("span", { class: "facts", text: hint }), control);
const box = (row, key, label, hint, lines) => line(label, el("textarea", { rows: lines, value: row[key], spellcheck: "false", dir: "auto",
  onchange: (event) => { change(row, { [key]: event.target.value }); refresh(row); } }), hint);
const option = (row, one) => {
  const held = row.options[one.name] ?? one.default;
  const set = (value) => { change(row, { options: { ...row.options, [one.name]: value } }); refresh(row); };
  if (one.kind === "choice") {
    return line(one.label, el("select", { onchange: (event) => set(event.target.value) },
      ...one.choices.map((choice) => el("option", { value: choice, text: choice.replaceAll("_", " "), selected: choice === held }))), one.help);
  }
  if (one.kind === "flag") return line(one.label, el("input", { type: "checkbox", checked: held, onchange: (event) => set(event.target.checked) }), one.help);
  if (one.kind === "integer" || one.kind === "number") {
    return line(one.label, el("input", { type: "number", min: one.low, max: one.high, step: one.step ?? "any", value: held,
      onchange: (event) => set(event.target.value === "" ? one.default : Number(event.target.value)) }), `${one.help} ${one.low} to ${one.high}.`);
  }
  return line(one.label, el("input", { type: "text", value: held, onchange: (event) => set(event.target.value) }), one.help);
};
const editor = (row) => el("div", { class: "technique-edit" },
  line("Name", el("input", { type: "text", value: row.name, placeholder: known(row.strategy).title, maxlength: "60",
    onchange: (event) => { change(row, { name: event.target.value }); refresh(row); } }), "What its column is called."),
  line("Technique", el("select", { onchange: (event) => { change(row, { strategy: event.target.value, options: {} }); draw(); focus(rows.indexOf(row), "[data-action=edit]"); } },
    ...strategies.map((one) => el("option", { value: one.name, text: one.title, selected: one.name === row.strategy }))), known(row.strategy).summary),
  ...known(row.strategy).options.map((one) => option(row, one)),
  box(row, "template", "Wording", "The words around an item, with {input}. Empty: the data's own. Duplicate the column and change them there to compare wordings.", 2),
  box(row, "sampling", "Sampling of this column", "One a line, for example temperature: 0.7", 2),
  box(row, "task", "Role and other parts of the task", "As YAML, for example role: You are a careful accountant.", 2),
  el("button", { type: "button", class: "quiet double", text: "Duplicate this column", disabled: rows.length >= most, onclick: () => double(rows.indexOf(row)) }));
const tool = (action, sign, name, disabled, act) =>
  el("button", { type: "button", class: "quiet", text: sign, title: name, "aria-label": name, disabled, "data-action": action, onclick: act });
const focus = (at, selector) => {
  const row = host.querySelectorAll(".technique")[Math.min(at, rows.length - 1)];
  (row?.querySelector(selector) ?? host.querySelector(".add"))?.focus();
};
const again = (at, selector) => { draw(); publish(); focus(at, selector); };
const move = (at, to) => {
  [rows[at], rows[to]] = [rows[to], rows[at]];
  open = open === at ? to : open === to ? at : open;
  again(to, `[data-action=${to < at ? "up" : "down"}]:not([disabled]), [data-action=edit]`);
};
const remove = (at) => {
  rows.splice(at, 1);
  open = open === at ? null : open > at ? open - 1 : open;
  again(at, "[data-action=edit]");
};
const double = (at) => {
  const names = rows.map(title);
  const base = title(rows[at]).replace(/ \(\d+\)$/, "").slice(0, 54);
  const next = Array.from({ length: most + 2 }, (_, i) => `${base} (${i + 2})`).find((name) => !names.includes(name));
  rows.splice(at + 1, 0, { ...structuredClone(rows[at]), name: next });
  open = at + 1;
  again(at + 1, ".technique-edit input");
};
const add = () => {
  rows.push({ on: true, name: "", strategy: strategies[0].name, options: {}, task: "", template: "", sampling: "" });
  open = rows.length - 1;
  again(open, ".technique-edit select");
};
const refresh = (row) => {
  const node = host.querySelectorAll(".technique")[rows.indexOf(row)];
  if (!node) return;
  setText(node.querySelector(".technique-name"), title(row));
  setText(node.querySelector(".technique-facts"), summary(row));
};
const card = (row, at) => {
  const name = title(row);
  return el("div", { class: "technique", role: "group", "aria-label": name },
    el("div", { class: "technique-head" },
      el("label", { class: "technique-pick" },
        el("input", { type: "checkbox", checked: row.on, "aria-label": `Include ${name}`, onchange: (event) => change(row, { on: event.target.checked }) }),
        el("span", {}, el("span", { class: "technique-name", text: name }), el("span", { class: "facts technique-facts", text: summary(row) }))),
      el("div", { class: "tools" },
        el("button", { type: "button", class: "quiet", text: open === at ? "Close" : "Edit", "aria-label": `${open === at ? "Close" : "Edit"} ${name}`, "aria-expanded": String(open === at),
          "data-action": "edit", onclick: () => { open = open === at ? null : at; draw(); focus(at, "[data-action=edit]"); } }),
        tool("up", "\u2191", `Move ${name} up`, at === 0, () => move(at, at - 1)),
        tool("down", "\u2193", `Move ${name} down`, at === rows.length - 1, () => move(at, at + 1)),
        tool("remove", "\u00d7", `Remove ${name}`, false, () => remove(at)))),
    open === at && editor(row));
};
const draw = () => redraw(host,...rows.map(card),
  el("button", { type: "button", class: "quiet add", text: "Add a column", disabled: rows.length >= most, onclick: add }));
const take = () => {
  const given = props.value ?? [];
  if (JSON.stringify(given) === JSON.stringify(rows)) return;
  rows = structuredClone(given);
  if (open !== null && open >= rows.length) open = null;
  draw();
};
watch("value", take);
take();
draw();
