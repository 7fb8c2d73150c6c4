// How an experiment goes: what it is, how far it is, how long it still takes. By hand: a bar that moves while nothing
// else is drawn anew.
const host = element.querySelector(".experiment_status");
const line = statusLine(host, { label: t("Progress of the experiment") });
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
// The plan of the last run is kept while this page is open, and asked for again after a reload: what came of it is in
// the server's store.
const kept = (work) => {
  try {
    return work(sessionStorage);
  } catch { // a browser that keeps nothing
    return null;
  }
};
const PLAN = "playground-experiment";
watch("value", () => {
  draw();
  if (props.value.plan) kept((storage) => storage.setItem(PLAN, props.value.plan));
});
draw();
const plan = props.value.phase === "empty" && kept((storage) => storage.getItem(PLAN));
// Not before the form holds what was kept of it: filling it says anew that nothing was run.
const root = document.documentElement;
const restored = new MutationObserver(() => ask());
const ask = () => {
  if (!root.dataset.restoredexperiment) return;
  restored.disconnect();
  trigger("show_stored", { plan });
};
if (plan) {
  restored.observe(root, { attributes: true });
  ask();
}
