// How a training goes: what it is, how far it is, what it takes. By hand: a bar that moves while nothing else is drawn
// anew, and a training goes on without the page, which therefore looks again as long as somebody sees it.
const host = element.querySelector(".training_status");
const line = statusLine(host, { label: t("Progress of the training"), moving: ["queued"] });
const parts = { title: el("h2"), facts: el("span", { class: "facts" }), note: el("p", { class: "facts note" }) };
host.append(el("div", { class: "pane-head" }, parts.title, line.status, parts.facts),
  line.bar, line.error, parts.note, line.live);
const draw = () => {
  const now = props.value;
  line.show(now);
  setText(parts.title, now.title);
  setText(parts.facts, now.facts);
  setText(parts.note, now.note);
  parts.note.hidden = !now.note;
};
const EVERY = 700; // milliseconds
let asked = 0;
const follow = () => {
  clearTimeout(asked);
  if (!props.value.going) return;
  asked = setTimeout(() => {
    if (host.offsetParent && !document.hidden) trigger("look_at_training");
    follow(); // an answer that says the same as before does not arrive here
  }, EVERY);
};
watch("value", () => {
  draw();
  follow();
});
draw();
follow();
