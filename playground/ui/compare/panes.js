// Which weights stand side by side. The value holds the panes, the baseline, and what there is to choose from.
const host = element.querySelector(".panes");
const { most } = fixed;
const group = `baseline-${Math.random().toString(36).slice(2)}`;
let now = { panes: [], baseline: 0, models: [] };

const publish = () => {
  props.value = structuredClone(now);
  trigger("input");
};
const known = (list, name) => list.find((one) => one.name === name);
const options = (list, name, first) => {
  const shown = [...(first ? [{ name: "", title: first }] : []), ...list];
  if (!known(shown, name)) shown.push({ name, title: `${name} (gone)` }); // what was chosen stays to be seen
  return shown.map((one) => el("option", { value: one.name, text: one.title, selected: one.name === name }));
};
const change = (pane, values, redraw = true) => {
  Object.assign(pane, values);
  if (redraw) draw();
  publish();
};
const card = (pane, at) => {
  const letter = String.fromCharCode(65 + at);
  const tuned = known(now.models, pane.model)?.adapters ?? [];
  const step = known(tuned, pane.adapter)?.step ?? 0.05;
  const most_scale = step === 1 ? 1 : 2;
  const figure = el("output", { text: Number(pane.scale).toFixed(2) });
  const scale = el("input", { type: "range", min: "0", max: most_scale, step, value: pane.scale, "aria-label": `Pane ${letter}: scale`,
    oninput: (event) => setText(figure, Number(event.target.value).toFixed(2)),
    onchange: (event) => change(pane, { scale: Number(event.target.value) }, false) });
  return el("div", { class: "pick", role: "group", "aria-label": `Pane ${letter}` },
    el("div", { class: "pick-head" }, el("span", { class: "letter", text: letter }),
      el("label", { class: "mark" }, el("input", { type: "radio", name: group, checked: at === now.baseline,
        "aria-label": `Pane ${letter} is the baseline`, onchange: () => { now.baseline = at; publish(); draw(); } }), "Baseline"),
      el("button", { type: "button", class: "quiet", text: "\u00d7", title: `Remove pane ${letter}`, "aria-label": `Remove pane ${letter}`,
        disabled: now.panes.length < 2, onclick: () => remove(at) })),
    el("label", {}, el("span", { class: "facts", text: "Model" }), el("select", { "aria-label": `Pane ${letter}: model`,
      onchange: (event) => change(pane, { model: event.target.value, adapter: "", scale: 1 }) }, ...options(now.models, pane.model))),
    el("label", {}, el("span", { class: "facts", text: "Adapter" }), el("select", { "aria-label": `Pane ${letter}: adapter`,
      disabled: !tuned.length && !pane.adapter,
      onchange: (event) => change(pane, { adapter: event.target.value, scale: 1 }) }, ...options(tuned, pane.adapter, tuned.length ? "none: the model as it is" : "none loaded"))),
    pane.adapter && el("label", { class: "scale-line" }, el("span", { class: "facts", text: "Scale" }), scale, figure));
};
const remove = (at) => {
  now.panes.splice(at, 1);
  if (now.baseline >= at && now.baseline > 0) now.baseline -= 1;
  draw();
  publish();
  host.querySelector(".add")?.focus();
};
const add = () => {
  now.panes.push({ ...now.panes.at(-1) });
  draw();
  publish();
  host.querySelectorAll(".pick select")[2 * now.panes.length - 2]?.focus();
};
const draw = () => {
  // The focus stays where it was, by its label.
  const focused = host.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  host.replaceChildren(el("div", { class: "picks" }, ...now.panes.map(card)),
    el("button", { type: "button", class: "quiet add", text: "Add a pane", disabled: now.panes.length >= most, onclick: add }));
  if (focused) [...host.querySelectorAll("[aria-label]")].find((node) => node.getAttribute("aria-label") === focused)?.focus();
};
const take = () => {
  if (JSON.stringify(props.value) === JSON.stringify(now)) return;
  now = structuredClone(props.value);
  draw();
};
watch("value", take);
take();
