// How an experiment goes: what it is, how far it is, how long it still takes.
const host = element.querySelector(".experiment_status");
const parts = {
  title: el("h2"), status: el("span", { class: "status-words" }), facts: el("span", { class: "facts" }),
  bar: el("progress", { max: "1" }), error: el("p", { class: "error", role: "alert" }), note: el("p", { class: "facts note" }),
  live: el("div", { class: "unseen", role: "status", "aria-live": "polite" }),
};
host.append(el("div", { class: "pane-head" }, parts.title, parts.status, parts.facts), parts.bar, parts.error, parts.note, parts.live);
let before = "";
const draw = () => {
  const now = props.value;
  // In one column it is below the plan: go where things happen, once there is room to go.
  if (now.phase === "running" && before !== "running") {
    requestAnimationFrame(() => host.scrollIntoView({ block: window.innerWidth > 1024 ? "nearest" : "start" }));
  }
  before = now.phase;
  host.dataset.phase = now.phase;
  setText(parts.title, now.title);
  setText(parts.status, now.status);
  setText(parts.facts, now.facts);
  parts.bar.hidden = now.share === null;
  parts.bar.value = now.share ?? 0;
  parts.bar.setAttribute("aria-label", now.status || now.title);
  setText(parts.error, now.error);
  setText(parts.note, now.note);
  parts.error.hidden = !now.error;
  parts.note.hidden = !now.note;
  setText(parts.live, now.spoken);
};
watch("value", draw);
draw();
