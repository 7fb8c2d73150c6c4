// Small models to load with one click, and whether this machine can hold them.
const host = element.querySelector(".suggested");
const draw = () => host.replaceChildren(el("ul", {}, ...props.value.map((one) => el("li", { class: one.fits ? "" : "large" },
  el("div", {}, el("strong", { text: one.key }), el("p", { class: "facts", text: one.facts }),
    el("p", { class: "facts" }, el("span", { class: one.fits ? "fits" : "fits-not", text: one.fits ? "\u2713 fits here" : "\u2717 does not fit here" }),
      ` \u00b7 ${one.needs}${one.gated ? " \u00b7 the hub asks for a login" : ""}`)),
  el("button", { type: "button", class: "quiet", text: "Load", "aria-label": `Load ${one.key}`, onclick: () => trigger("select", { key: one.key }) })))));
watch("value", draw);
draw();
