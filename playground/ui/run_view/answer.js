// The answer and how it came about. Every state of a run has its look here.
const host = element.querySelector(".answer");
const parts = {
  status: el("span", { class: "status" }),
  clock: el("span", { class: "facts" }),
  bar: el("progress", { max: "1", "aria-label": "Progress" }),
  empty: el("div", { class: "empty" }),
  error: el("p", { class: "error", role: "alert" }),
  text: el("div", { class: "text", dir: "auto" }),
  how: el("p", { class: "how" }),
  metrics: el("dl", { class: "metrics" }),
  live: el("div", { class: "unseen", role: "status", "aria-live": "polite" }),
};
const copy = copyButton(() => props.value.answer);
const resume = el("button", { type: "button", class: "quiet strong resume", text: "Continue", onclick: () => trigger("continue_run") });
const back = el("button", { type: "button", class: "quiet", text: "Answer before", onclick: () => trigger("show_previous") });
host.append(
  el("div", { class: "pane-head" }, el("h2", { text: "Answer" }), parts.status, parts.clock, back, resume, copy),
  parts.bar, parts.error, parts.text, parts.how, parts.metrics, parts.empty, parts.live);

const drawEmpty = (presets) => parts.empty.replaceChildren(
  el("p", { text: "Press Run to send the prompt above, or start from one of these:" }),
  el("div", { class: "offers" }, ...presets.map((preset) =>
    el("button", { type: "button", class: "offer", onclick: () => trigger("load_preset", { key: preset.key }) },
      el("strong", { text: preset.title }), el("span", { text: preset.about })))));

const draw = () => {
  const now = props.value;
  host.dataset.phase = now.phase;
  setText(parts.status, now.status);
  setText(parts.clock, now.clock);
  setText(parts.live, now.spoken);
  setText(parts.error, now.error);
  growText(parts.text, now.answer);
  setText(parts.how, now.how);
  parts.bar.hidden = now.share === null;
  if (now.share !== null) parts.bar.value = now.share;
  copy.hidden = !now.answer;
  resume.hidden = !now.resumable;
  back.hidden = !now.back;
  parts.metrics.replaceChildren(...now.metrics.map(([name, value]) =>
    el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
  parts.empty.hidden = now.phase !== "empty";
};
drawEmpty(fixed.presets);
watch("value", draw);
draw();
