// One click loads one of these. The value is the key of the one that is loaded, if that is known. By hand: gr.Button
// has no tooltip.
const host = element.querySelector(".choices");
host.append(...fixed.choices.map((choice) => el("button", {
  type: "button", class: "quiet", text: choice.title, title: choice.about, "data-key": choice.key,
  onclick: () => trigger("choose", { key: choice.key }) })));
const mark = () => {
  for (const button of host.children) {
    const chosen = button.dataset.key === props.value;
    button.classList.toggle("strong", chosen);
    if (chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
};
watch("value", mark);
mark();
