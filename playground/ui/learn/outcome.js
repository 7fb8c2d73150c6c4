// What came of each setup: its answer, or how many items it got right as a bar with its interval. By hand:
// answers are a model's words, which no Markdown is to be made of, and each has a button of its own.
const host = element.querySelector(".outcome");
const at = (share) => `${(100 * share).toFixed(1)}%`;

const bar = ({ share, low, high }) => el("div", { class: "bar", "aria-hidden": "true" },
  el("span", { class: "share", style: `width: ${at(share)}` }),
  low !== null && high !== null
    && el("span", { class: "interval", style: `left: ${at(low)}; width: ${at(high - low)}` }));
const openButton = (way) => el("button", {
  type: "button", class: "quiet", text: t("Open"), "data-key": way.key,
  "aria-label": t`Open ${way.name} in the Playground`,
  onclick: () => trigger("open_way", { key: way.key }) });
const row = (way, opens) => el("section", { class: "way", "aria-label": way.name },
  el("header", {}, el("strong", { text: way.name }), el("span", { class: "facts", text: way.facts }),
    opens && openButton(way)),
  way.share === null ? el("p", { class: "said", text: way.answer || (way.error ? "" : "...") }) : bar(way),
  way.error && el("p", { class: "missing", text: way.error }));
const draw = () => {
  host.hidden = !props.value.ways.length;
  redraw(host, ...props.value.ways.map((way) => row(way, props.value.opens)));
};
watch("value", draw);
draw();
