// One click loads one of these. Those of a group are behind a button that unfolds them, each with what it is about; of
// the others that stands below, while one is pointed at, focused or loaded. By hand: a tooltip, and the options of a
// dropdown, say nothing of themselves to fingers and keys. The value is the key of the one that is loaded, if known.
const host = element.querySelector(".choices");
host.role = "toolbar";
host.ariaLabel = fixed.label;
const about = el("p", { class: "choices-about", "aria-live": "polite" });
const id = `unfolded-${fixed.label.replaceAll(" ", "-")}`;
const cards = el("div", { class: "offers", role: "toolbar", id, hidden: true });
const groups = [...new Set(fixed.choices.map((choice) => choice.group).filter(Boolean))];
let loaded = "", unfolded = "";

const say = (key) => {
  const choice = fixed.choices.find((one) => one.key === key);
  about.replaceChildren(
    ...(choice?.group ? [el("strong", { text: choice.title }), " "] : []), choice?.about ?? "");
};
const rest = () => say(loaded);
const load = (choice) => {
  loaded = choice.key;
  unfold("");
  trigger("choose", { key: choice.key });
};
const button = (choice) => el("button", {
  type: "button", class: "quiet", text: choice.title, "data-key": choice.key,
  onmouseenter: () => say(choice.key), onmouseleave: rest, onfocus: () => say(choice.key), onblur: rest,
  onclick: () => load(choice) });
const card = (choice) => el("button", {
  type: "button", class: "offer", "data-key": choice.key, onclick: () => load(choice) },
  el("strong", { text: choice.title }), el("span", { text: choice.about }));
const group = (name) => el("button", {
  type: "button", class: "quiet group", text: name, "data-group": name, "aria-controls": id,
  onclick: () => unfold(unfolded === name ? "" : name) });

const mark = () => {
  rest();
  const of = fixed.choices.find((choice) => choice.key === loaded)?.group;
  for (const one of [...host.querySelectorAll("button"), ...cards.children]) {
    const { key, group: name } = one.dataset;
    const chosen = key ? key === loaded : name === of;
    one.classList.toggle("strong", chosen);
    if (chosen) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
    if (name) one.ariaExpanded = String(name === unfolded);
  }
};
const unfold = (name) => {
  if (cards.contains(document.activeElement)) host.querySelector("[aria-expanded=true]").focus();
  unfolded = name;
  cards.ariaLabel = name;
  cards.hidden = !name;
  about.hidden = Boolean(name); // the cards say more
  cards.replaceChildren(...fixed.choices.filter((choice) => name && choice.group === name).map(card));
  mark();
};

host.append(
  ...(groups.length ? [el("span", { class: "facts", text: fixed.label })] : []),
  ...fixed.choices.filter((choice) => !choice.group).map(button), ...groups.map(group));
host.classList.toggle("grouped", groups.length > 0);
host.after(cards, about);
const show = () => {
  loaded = props.value || "";
  mark();
};
watch("value", show);
show();
