// How an experiment goes: what it is, how far it is, how long it still takes. By hand: a bar that moves while nothing
// else is drawn anew.
const host = element.querySelector(".experiment_status");
const line = statusLine(host, { label: "Progress of the experiment" });
const parts = { title: el("h2"), facts: el("span", { class: "facts" }), note: el("p", { class: "facts note" }) };
host.append(el("div", { class: "pane-head" }, parts.title, line.status, parts.facts),
  line.bar, line.error, parts.note, line.live);
let before = "";
const draw = () => {
  const now = props.value;
  // In one column it is below the plan: go where things happen, once there is room to go.
  if (now.phase === "running" && before !== "running") {
    requestAnimationFrame(() => host.scrollIntoView({ block: window.innerWidth > 1024 ? "nearest" : "start" }));
  }
  before = now.phase;
  line.show(now);
  setText(parts.title, now.title);
  setText(parts.facts, now.facts);
  setText(parts.note, now.note);
  parts.note.hidden = !now.note;
};
watch("value", draw);
draw();
