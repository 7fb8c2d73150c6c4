// The panes, a row each: technique, weights and sampling preset. By hand: rows of Gradio's own components would be a
// hundred of them, most of them hidden, and the page opens the slower the more there are.
const host = element.querySelector(".pane_rows");
const { techniques, presets, most } = fixed;
const COMMON = t("As set below");
let panes = [], baseline = 0;

const letter = (at) => String.fromCharCode(65 + at);
const publish = () => {
  props.value = { panes: panes.map((pane) => ({ ...pane })), baseline };
  trigger("input");
};
const changed = () => { draw(); publish(); };
const field = (label, node) => el("label", { class: "pane-field" },
  el("span", { class: "column", text: label }), node);
const weights = (pane, name) => weightsFields(pane, name, { field, changed, publish });
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
    if (value === undefined) return t`${label} as usual`;
    return value === null || typeof value === "object" || value === "" ? t`its own ${label}`
      : `${label} ${String(value).slice(0, 30)}`;
  };
  const names = Object.keys(Object.assign({}, ...all)).filter(differs).slice(0, 4);
  const form = isHeld(own) ? [t("held to its form")] : taken.some(isHeld) ? [t("without a form")] : [];
  return ["", ...form, ...names.map(words)].join(", ");
};
const asking = (pane, name) => (pane.taken
  ? [field(t("Technique and sampling"), el("span", { class: "fixed-choice",
    text: t("The Playground\u2019s: ") + (techniques.find(({ key }) => key === pane.taken.strategy)?.title ?? "")
      + describeTaken(pane.taken) }))]
  : [field(t("Technique"), choose(t`${name}: technique`, pane.technique ?? "", options(techniques),
    (key) => { pane.technique = key; changed(); })),
  field(t("Sampling"), choose(t`${name}: sampling`, pane.sampling ?? "", options(presets),
    (key) => { pane.sampling = key; changed(); }))]);
const remove = (at) => {
  panes.splice(at, 1);
  if (baseline && baseline >= at) baseline -= 1;
  if (panes[baseline].placebo) baseline = Math.max(0, panes.findIndex((pane) => !pane.placebo));
  changed();
};
const row = (pane, at) => {
  const name = t`Pane ${letter(at)}`;
  const only = panes.filter((one) => !one.placebo).length === 1 && !pane.placebo;
  return el("div", { class: "pane-row", role: "group", "aria-label": name },
    el("strong", { class: "letter", text: letter(at), "aria-hidden": "true" }),
    el("div", { class: "pane-fields" }, ...(pane.placebo
      ? [el("span", { class: "fixed-choice", text: t`Placebo: pane ${letter(baseline)} again, with other seeds` })]
      : [...asking(pane, name), ...weights(pane, name)])),
    !pane.placebo && el("label", { class: "pane-baseline" }, el("input", { type: "radio", name: "pane-baseline",
      value: at, "aria-label": t`${name} is the baseline`, checked: at === baseline,
      onchange: () => { baseline = at; changed(); } }), t("Baseline")),
    el("button", { type: "button", class: "quiet", text: "\u00d7", title: t`Remove pane ${letter(at)}`,
      "aria-label": t`Remove pane ${letter(at)}`, disabled: only, onclick: () => remove(at) }));
};
const add = (pane) => { panes.push(pane); changed(); };
const draw = () => {
  const full = panes.length >= most;
  redraw(host,
    el("div", { class: "pane-list" }, ...panes.map(row)),
    el("div", { class: "pane-acts" },
      el("button", { type: "button", class: "quiet", text: t("Add a pane"), disabled: full,
        title: t("The baseline\u2019s model, and all else as it is set below"),
        onclick: () => add({ model: panes[baseline].model }) }),
      el("button", { type: "button", class: "quiet", text: t("Add a placebo pane"), disabled: full,
        title: t("The baseline again with other seeds: the difference that nothing makes"),
        onclick: () => add({ model: panes[baseline].model, placebo: true }) }),
      el("span", { class: "facts", text: t`${panes.length} of at most ${most} panes` })));
};
const take = () => {
  const held = props.value ?? {};
  panes = (held.panes ?? []).map((pane) => ({ ...pane }));
  baseline = held.baseline ?? 0;
  draw();
};
document.addEventListener("offered-models", draw);
watch("value", take);
take();
