// All trainings, newest first: each is looked at with a click, ticked to stand beside others, and deleted. By hand: a
// row has a tick, facts and two buttons, and keeps its ticks while others change.
const host = element.querySelector(".trainings");
const ticked = new Set();

const tick = (one) => el("input", {
  type: "checkbox", checked: ticked.has(one.key), "aria-label": t`Side by side: ${one.title}, ${one.made}`,
  onchange: (event) => {
    if (event.target.checked) ticked.add(one.key);
    else ticked.delete(one.key);
    trigger("set_side_by_side", { keys: [...ticked] });
  },
});
const act = (one, what, event) => el("button", {
  type: "button", class: "quiet", text: what, "aria-label": `${what} ${one.title}, ${one.made}`,
  onclick: () => trigger(event, { key: one.key }),
});
const row = (one) => el("li", { "data-phase": one.phase },
  one.readable && tick(one),
  el("div", { class: "names" }, el("strong", { text: one.title }), el("p", { class: "facts", text: one.facts })),
  el("div", { class: "model-acts" }, one.readable && act(one, t("Look at"), "choose_training"),
    one.ended && act(one, t("Delete"), "delete_training")));
const draw = () => {
  const known = new Set(props.value.map((one) => one.key));
  for (const key of [...ticked].filter((key) => !known.has(key))) ticked.delete(key);
  redraw(host, props.value.length > 0 && el("ul", {}, ...props.value.map(row)));
};
watch("value", draw);
draw();
