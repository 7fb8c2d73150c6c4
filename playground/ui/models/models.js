// Every model with its adapters: one line each, the facts one click away. Tells when it comes into sight. By hand: the
// list is looked at again every few seconds, and a gr.render would make all of it anew each time, for every visitor, so
// that what was unfolded or under the keyboard would be gone; a script alone knows whether anybody sees it.
const host = element.querySelector(".models");
const opened = new Set();

const facts = (pairs) => el("dl", { class: "metrics" }, ...pairs.map(([name, value]) =>
  el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
const act = (item, what, event) => el("button", {
  type: "button", class: "quiet", text: what, "aria-label": `${what} ${item.title}`,
  onclick: () => trigger(event, { key: item.key }),
});
const acts = (item) => el("div", { class: "model-acts" },
  item.load && act(item, t("Load"), "load_model"), item.unload && act(item, t("Unload"), "unload_model"));
const remember = (item, details) => (details.open ? opened.add(item.key) : opened.delete(item.key));
const more = (item) => Boolean(item.about || item.facts.length) && el("details", {
  open: opened.has(item.key), ontoggle: (event) => remember(item, event.target),
},
  el("summary", { text: t("Details"), "aria-label": t`Details of ${item.title}` }),
  Boolean(item.about) && el("p", { class: "facts", text: item.about }),
  item.facts.length > 0 && facts(item.facts));
const warnings = (item) => (item.warnings || []).map((words) => el("p", { class: "missing", text: words }));
const named = (item) => item.name !== item.title && el("code", { text: item.name });

const adapter = (item) => el("li", { class: "tuned" },
  el("div", { class: "model-head" },
    el("div", { class: "names" }, el("strong", { text: item.title }), named(item)), acts(item)),
  el("p", { class: "facts", text: item.line }), ...warnings(item), more(item));
const doing = (item) => el("p", { class: item.doing.startsWith("Failed") ? "missing" : "facts", text: item.doing });
const model = (item) => el("section", { class: "model", "data-state": item.state, "aria-label": item.title },
  el("div", { class: "model-head" }, el("span", { class: "dot", "aria-hidden": "true" }),
    el("div", { class: "names" }, el("h3", { text: item.title }), named(item)), acts(item)),
  el("p", { class: "facts", text: item.line }),
  item.doing && doing(item),
  item.busy && el("p", { class: "facts", text: item.busy }),
  item.oldest && el("p", { class: "missing", text: t("Least recently used: unload it to make room.") }),
  more(item),
  item.adapters.length > 0 && el("ul", { "aria-label": t`Adapters of ${item.title}` }, ...item.adapters.map(adapter)));

const memory = ({ share, text }) => el("div", { class: "memory" },
  el("div", { class: "memory-track", "aria-hidden": "true" },
    el("span", { style: `width: ${(100 * share).toFixed(1)}%` })),
  el("span", { class: "facts", text }));
const draw = () => redraw(host, memory(props.value.memory), ...props.value.models.map(model));

// As long as somebody can see it, it is looked at again: often what loads or runs, now and then what others may unload.
let asked = 0;
const wait = (models) => {
  if (models.some((one) => one.state === "loading")) return 1000;
  return models.some((one) => one.busy) ? 2000 : 10000;
};
const follow = () => {
  clearTimeout(asked);
  const { models } = props.value;
  if (models.some((one) => one.oldest)) return; // what could go stays said
  asked = setTimeout(() => {
    if (host.offsetParent && !document.hidden) trigger("look_at_models");
    follow(); // an answer that says the same as before does not arrive here
  }, wait(models));
};
watch("value", () => {
  draw();
  follow();
});
draw();
follow();
const look = (seen) => seen.some((entry) => entry.isIntersecting) && trigger("look_at_models");
new IntersectionObserver(look).observe(host);
