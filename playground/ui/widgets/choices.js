// One click loads one of these; below them stands what the one is about that is pointed at, focused or loaded.
// By hand: a tooltip is out of reach for fingers and keys. The value is the key of the one that is loaded, if known.
const host = element.querySelector(".choices");
host.role = "toolbar";
host.ariaLabel = fixed.label;
const about = el("p", { class: "choices-about", "aria-live": "polite" });
let loaded = "";
const say = (key) => setText(about, fixed.choices.find((choice) => choice.key === key)?.about ?? "");
const rest = () => say(loaded);
host.append(...fixed.choices.map((choice) => el("button", {
  type: "button", class: "quiet", text: choice.title, "data-key": choice.key,
  onmouseenter: () => say(choice.key), onmouseleave: rest, onfocus: () => say(choice.key), onblur: rest,
  onclick: () => {
    loaded = choice.key;
    rest();
    trigger("choose", { key: choice.key });
  } })));
host.after(about);
const mark = () => {
  loaded = props.value || "";
  rest();
  for (const button of host.children) {
    const chosen = button.dataset.key === props.value;
    button.classList.toggle("strong", chosen);
    if (chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
};
watch("value", mark);
mark();
