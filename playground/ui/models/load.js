// What a load is doing, with its Stop. The last words stay until the next load.
const host = element.querySelector(".load");
const text = el("span", { class: "load-text" });
const live = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
const bar = el("progress", { max: "1", "aria-label": "Progress of the load" });
const stop = el("button", { type: "button", class: "quiet", text: fixed.stop ?? "Stop loading", onclick: () => trigger("stop") });
host.append(el("div", { class: "load-head" }, text, stop), bar, live);
const draw = () => {
  const now = props.value;
  const loading = now.phase === "loading";
  host.dataset.phase = now.phase;
  host.hidden = now.phase === "idle";
  setText(text, now.text);
  setText(live, loading ? "Loading." : now.text); // not the megabytes: they tick
  stop.hidden = !loading;
  bar.hidden = !loading;
  if (now.share === null) bar.removeAttribute("value");
  else bar.value = now.share;
};
watch("value", draw);
draw();
