// Which weights a row has: a model, an adapter of it, and the adapter's scale. By hand, for rows that come and go: rows
// of Gradio's own components would be a hundred of them, most of them hidden, and the page opens the slower the more
// there are. `field` frames one control under its label; `common` is what a row without a model has, where that can be.
const models = () => window.offeredModels?.models ?? [];
const many = () => models().length > window.offeredModels?.many; // then one types to find one
const choose = (name, chosen, options, act) => {
  const gone = options.some(([key]) => key === chosen) ? [] : [[chosen, `${chosen} (gone)`]];
  const node = el("select", { "aria-label": name, onchange: (event) => act(event.target.value) },
    ...[...options, ...gone].map(([key, title]) => el("option", { value: key, text: title })));
  node.value = chosen;
  return node;
};
const titleOf = (name) => models().find((model) => model.name === name)?.title ?? `${name} (gone)`;
const isAtScale = ({ scale }) => ![undefined, "", 1, "1"].includes(scale);
const weightsWords = (own) => {
  const known = models().find((model) => model.name === own.model);
  const adapter = known?.adapters.find((one) => one.name === own.adapter)?.title ?? own.adapter;
  return [own.model && titleOf(own.model), own.adapter && `${adapter}${isAtScale(own) ? ` \u00d7 ${own.scale}` : ""}`]
    .filter(Boolean);
};
const modelField = (own, name, common, set) => {
  const label = t`${name}: model`, chosen = own.model ?? "";
  if (!many()) {
    return choose(label, chosen, [...(common ? [["", common]] : []),
      ...models().map((model) => [model.name, model.title])], set);
  }
  return el("input", { type: "text", list: "offered-model-titles", "aria-label": label, placeholder: common,
    value: chosen || !common ? titleOf(chosen) : "",
    onfocus: (event) => { event.target.dataset.fresh = "yes"; event.target.select(); },
    // The click that brought the focus takes the selection away again.
    onclick: (event) => { if (event.target.dataset.fresh) event.target.select(); delete event.target.dataset.fresh; },
    onchange: (event) => {
      const typed = event.target.value.trim().toLowerCase();
      if (common && !typed) return set("");
      const near = models().filter((model) => model.title.toLowerCase().includes(typed));
      const found = near.find((model) => model.title.toLowerCase() === typed) ?? (near.length === 1 ? near[0] : null);
      if (found) set(found.name); else event.target.value = own.model ? titleOf(own.model) : "";
    } });
};
const weightsFields = (own, name, { field, common, changed, publish }) => {
  const adapters = models().find((model) => model.name === own.model)?.adapters ?? [];
  const adapter = adapters.find((one) => one.name === own.adapter);
  const scale = own.scale === undefined || own.scale === "" ? 1 : Number(own.scale);
  const shown = el("output", { text: scale });
  // Another model or adapter: at its full strength, and without what was chosen for the one before.
  const setModel = (key) => { own.model = key; delete own.adapter; delete own.scale; changed(); };
  const setAdapter = (key) => { own.adapter = key; own.scale = 1; changed(); };
  const none = common && !own.model ? common : t("None, the model as it is");
  return [
    field(t("Model"), modelField(own, name, common, setModel), "wide"),
    (adapters.length || own.adapter) && field(t("Adapter"), choose(t`${name}: adapter`, own.adapter ?? "",
      [["", none], ...adapters.map((one) => [one.name, one.title])], setAdapter)),
    own.adapter && (adapter?.scaled ?? true) && field(t("Scale"), el("span", { class: "scale-field" }, el("input", {
      type: "range", min: 0, max: adapter?.graded === false ? 1 : 2, step: adapter?.graded === false ? 1 : 0.05,
      value: scale, "aria-label": t`${name}: scale`,
      oninput: ({ target }) => { own.scale = Number(target.value); setText(shown, target.value); publish(); } }),
      shown)),
  ];
};
