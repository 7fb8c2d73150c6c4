// Small models to load with one click, and whether this machine can hold them. By hand: each has three lines of facts
// beside its button, and Gradio's lists and buttons have one label.
const host = element.querySelector(".suggested");

const fits = (one) => el("span", {
  class: one.fits ? "fits" : "fits-not", text: one.fits ? t("\u2713 fits here") : t("\u2717 does not fit here"),
});
const needs = (one) => ` \u00b7 ${one.needs}${one.gated ? t(" \u00b7 the hub asks for a login") : ""}`;
const suggestion = (one) => el("li", { class: one.fits ? "" : "large" },
  el("div", {}, el("strong", { text: one.key }), el("p", { class: "facts", text: one.facts }),
    el("p", { class: "facts" }, fits(one), needs(one))),
  el("button", {
    type: "button", class: "quiet", text: t("Load"), "aria-label": t`Load ${one.key}`,
    onclick: () => trigger("load_suggested", { key: one.key }),
  }));
const draw = () => host.replaceChildren(el("ul", {}, ...props.value.map(suggestion)));
watch("value", draw);
draw();
