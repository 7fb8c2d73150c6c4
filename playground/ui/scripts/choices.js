// One click loads one of these.
const host = element.querySelector(".choices");
host.append(...fixed.choices.map((choice) => el("button", {
  type: "button", class: "quiet", text: choice.title, title: choice.about, "data-key": choice.key,
  onclick: () => trigger("select", { key: choice.key }) })));
