// The panes, a row each: technique, weights and sampling preset. By hand: rows of Gradio's own components would be a
// hundred of them, most of them hidden, and the page opens the slower the more there are.
const host = element.querySelector(".pane_rows");
const { techniques, presets, most, many } = fixed;
const COMMON = "As set below";
let panes = [], baseline = 0;

const letter = (at) => String.fromCharCode(65 + at);
const models = () => window.paneModels ?? [];
const publish = () => {
  props.value = { panes: panes.map((pane) => ({ ...pane })), baseline };
  trigger("input");
};
const changed = () => { draw(); publish(); };
const field = (label, node, wide = "") => el("label", { class: `pane-field ${wide}` },
  el("span", { class: "column", text: label }), node);
const select = (name, chosen, options, act) => {
  const gone = options.some(([key]) => key === chosen) ? [] : [[chosen, `${chosen} (gone)`]];
  const node = el("select", { "aria-label": name, onchange: (event) => act(event.target.value) },
    ...[...options, ...gone].map(([key, title]) => el("option", { value: key, text: title })));
  node.value = chosen;
  return node;
};
// Another model or adapter: at its full strength, and without what was chosen for the one before.
const setModel = (pane, name) => { pane.model = name; delete pane.adapter; delete pane.scale; changed(); };
const setAdapter = (pane, name) => { pane.adapter = name; pane.scale = 1; changed(); };
const titleOf = (name) => models().find((model) => model.name === name)?.title ?? `${name} (gone)`;
const modelField = (pane, name) => {
  const label = `${name}: model`;
  if (models().length <= many) {
    return select(label, pane.model, models().map((model) => [model.name, model.title]), (key) => setModel(pane, key));
  }
  return el("input", { type: "text", list: "pane-model-titles", "aria-label": label, value: titleOf(pane.model),
    onfocus: (event) => { event.target.dataset.fresh = "yes"; event.target.select(); },
    // The click that brought the focus takes the selection away again.
    onclick: (event) => { if (event.target.dataset.fresh) event.target.select(); delete event.target.dataset.fresh; },
    onchange: (event) => {
      const typed = event.target.value.trim().toLowerCase();
      const near = models().filter((model) => model.title.toLowerCase().includes(typed));
      const found = near.find((model) => model.title.toLowerCase() === typed) ?? (near.length === 1 ? near[0] : null);
      if (found) setModel(pane, found.name); else event.target.value = titleOf(pane.model);
    } });
};
const weights = (pane, name) => {
  const known = models().find((model) => model.name === pane.model);
  const adapters = known?.adapters ?? [];
  const adapter = adapters.find((one) => one.name === pane.adapter);
  const scale = pane.scale ?? 1;
  const shown = el("output", { text: scale });
  return [
    field("Model", modelField(pane, name), "wide"),
    (adapters.length || pane.adapter) && field("Adapter", select(`${name}: adapter`, pane.adapter ?? "",
      [["", "None, the model as it is"], ...adapters.map((one) => [one.name, one.title])],
      (key) => setAdapter(pane, key))),
    pane.adapter && (adapter?.scaled ?? true) && field("Scale", el("span", { class: "scale-field" }, el("input", {
      type: "range", min: 0, max: adapter?.graded === false ? 1 : 2, step: adapter?.graded === false ? 1 : 0.05,
      value: scale, "aria-label": `${name}: scale`,
      oninput: ({ target }) => { pane.scale = Number(target.value); setText(shown, target.value); publish(); } }),
      shown)),
  ];
};
const options = (offered) => [["", COMMON], ...offered.map(({ key, title }) => [key, title])];
// What tells a setup that was taken over from the others that were. One that came by a link has no defaults in it.
const settings = ({ options, task, sampling }) => {
  const { input, form, form_text: written, ...asked } = task ?? {};
  return { ...options, ...asked, ...sampling };
};
const isHeld = ({ task }) => (task?.form ?? "none") !== "none";
const describeTaken = (own) => {
  const taken = panes.filter((pane) => pane.taken).map((pane) => pane.taken);
  const all = taken.map(settings);
  const differs = (name) => new Set(all.map((one) => JSON.stringify(one[name]))).size > 1;
  const words = (name) => {
    const value = settings(own)[name], label = name.replaceAll("_", " ");
    if (value === undefined) return `${label} as usual`;
    return value === null || typeof value === "object" || value === "" ? `its own ${label}`
      : `${label} ${String(value).slice(0, 30)}`;
  };
  const names = Object.keys(Object.assign({}, ...all)).filter(differs).slice(0, 4);
  const form = isHeld(own) ? ["held to its form"] : taken.some(isHeld) ? ["without a form"] : [];
  return ["", ...form, ...names.map(words)].join(", ");
};
const asking = (pane, name) => (pane.taken
  ? [field("Technique and sampling", el("span", { class: "fixed-choice",
    text: `The Playground\u2019s: ${techniques.find(({ key }) => key === pane.taken.strategy)?.title ?? ""}${
      describeTaken(pane.taken)}` }), "wide")]
  : [field("Technique", select(`${name}: technique`, pane.technique ?? "", options(techniques),
    (key) => { pane.technique = key; changed(); })),
  field("Sampling", select(`${name}: sampling`, pane.sampling ?? "", options(presets),
    (key) => { pane.sampling = key; changed(); }))]);
const remove = (at) => {
  panes.splice(at, 1);
  if (baseline && baseline >= at) baseline -= 1;
  if (panes[baseline].placebo) baseline = Math.max(0, panes.findIndex((pane) => !pane.placebo));
  changed();
};
const row = (pane, at) => {
  const name = `Pane ${letter(at)}`;
  const only = panes.filter((one) => !one.placebo).length === 1 && !pane.placebo;
  return el("div", { class: "pane-row", role: "group", "aria-label": name },
    el("strong", { class: "letter", text: letter(at), "aria-hidden": "true" }),
    el("div", { class: "pane-fields" }, ...(pane.placebo
      ? [el("span", { class: "fixed-choice", text: `Placebo: pane ${letter(baseline)} again, with other seeds` })]
      : [...asking(pane, name), ...weights(pane, name)])),
    !pane.placebo && el("label", { class: "pane-baseline" }, el("input", { type: "radio", name: "pane-baseline",
      value: at, "aria-label": `${name} is the baseline`,
      onchange: () => { baseline = at; changed(); } }), "Baseline"),
    el("button", { type: "button", class: "quiet", text: "\u00d7", title: `Remove pane ${letter(at)}`,
      "aria-label": `Remove pane ${letter(at)}`, disabled: only, onclick: () => remove(at) }));
};
const add = (pane) => { panes.push(pane); changed(); };
const draw = () => {
  const full = panes.length >= most;
  redraw(host,
    el("div", { class: "pane-list" }, ...panes.map(row)),
    models().length > many && el("datalist", { id: "pane-model-titles" },
      ...models().map((model) => el("option", { value: model.title }))),
    el("div", { class: "pane-acts" },
      el("button", { type: "button", class: "quiet", text: "Add a pane", disabled: full,
        title: "The baseline\u2019s model, and all else as it is set below",
        onclick: () => add({ model: panes[baseline].model }) }),
      el("button", { type: "button", class: "quiet", text: "Add a placebo pane", disabled: full,
        title: "The baseline again with other seeds: the difference that nothing makes",
        onclick: () => add({ model: panes[baseline].model, placebo: true }) }),
      el("span", { class: "facts", text: `${panes.length} of at most ${most} panes` })));
  for (const radio of host.querySelectorAll("input[type=radio]")) radio.checked = Number(radio.value) === baseline;
};
const take = () => {
  const held = props.value ?? {};
  panes = (held.panes ?? []).map((pane) => ({ ...pane }));
  baseline = held.baseline ?? 0;
  draw();
};
document.addEventListener("pane-models", draw);
watch("value", take);
take();
