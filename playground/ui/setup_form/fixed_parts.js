// Why parts of the form are fixed, and those parts out of reach of pointer, keyboard and screen reader. By hand: what
// Gradio disables it enables again whenever another handler says so.
const host = element.querySelector(".fixed_parts");
const OFFERS = ["#presets", "#outputs .offers"]; // which fill the whole form
const parts = () => (props.value?.fixed ?? []).map((name) => `#form .of-${CSS.escape(name)}`);
const fix = () => {
  const fixed = new Set(parts().length ? document.querySelectorAll([...OFFERS, ...parts()].join()) : []);
  const before = document.querySelectorAll("#inputs [inert], #outputs .offers[inert]");
  for (const part of before) if (!fixed.has(part)) part.inert = false;
  for (const part of fixed) part.inert = true;
};
const laidOut = new MutationObserver(fix); // fields that come in sight later
const draw = () => {
  const { note } = props.value ?? {};
  redraw(host, note && el("p", { text: note }),
    note && el("p", {}, el("a", { href: "#classroom", text: t("Back to the class") }), " ",
      el("button", { type: "button", class: "quiet", text: t("Work freely"), onclick: () => trigger("work_freely") })));
  laidOut.disconnect();
  const form = document.querySelector("#form");
  if (note && form) laidOut.observe(form, { childList: true, subtree: true });
  fix();
};
watch("value", draw);
draw();
