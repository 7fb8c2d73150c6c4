// What differs from the defaults, each removable. By hand: gr.Button has no second button in it.
const host = element.querySelector(".chips");
const draw = () => redraw(host,
  ...props.value.map((chip) => el("span", { class: "chip" }, el("span", { text: chip.text }),
    el("button", { type: "button", text: "\u00d7", title: t`Reset ${chip.label}`, "aria-label": t`Reset ${chip.label}`,
      onclick: () => trigger("reset", { key: chip.name }) }))),
  ...(props.value.length ? [] : [el("span", { class: "facts", text: t("All at their defaults.") })]));
watch("value", draw);
draw();
