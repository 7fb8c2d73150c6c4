// The answer and how it came about; every state of a run has its look here. By hand: text grows in place while it
// streams, so that what a reader has selected stays selected.
const host = element.querySelector(".answer");
const line = statusLine(host);
const parts = {
  clock: el("span", { class: "facts" }),
  empty: el("div", { class: "empty" }),
  past: el("p", { class: "facts past" }),
  text: el("div", { class: "text", dir: "auto" }),
  how: el("p", { class: "how" }),
  checks: el("ul", { class: "rules", "aria-label": t("Rules") }),
  passages: el("div", { class: "passages" }),
  metrics: el("dl", { class: "metrics" }),
};
const copy = copyButton(() => props.value.answer);
const resume = el("button", { type: "button", class: "quiet strong resume", text: t("Continue"),
  onclick: () => trigger("continue_run") });
const back = el("button", { type: "button", class: "quiet", text: t("Previous answer"),
  onclick: () => trigger("show_previous") });
host.append(
  el("div", { class: "pane-head" }, el("h2", { text: t("Answer") }), line.status, parts.clock, back, resume, copy),
  line.bar, line.error, parts.past, parts.text, parts.how, parts.checks, parts.passages, parts.metrics, parts.empty,
  line.live);

const drawEmpty = (presets) => parts.empty.replaceChildren(
  el("p", { text: t("Press Run to send the prompt above, or start from one of these:") }),
  el("div", { class: "offers" }, ...presets.map((preset) =>
    el("button", { type: "button", class: "offer", onclick: () => trigger("load_preset", { key: preset.key }) },
      el("strong", { text: preset.title }), el("span", { text: preset.about })))));

// A citation in the answer opens the passage of its number below it.
let cited = "";
const drawAnswer = ({ answer, passages, phase }) => {
  const key = JSON.stringify([answer, passages]);
  if (phase !== "done" || !passages.length) {
    cited = "";
    parts.passages.replaceChildren();
    growText(parts.text, answer);
    return;
  }
  if (cited === key) return;
  cited = key;
  const details = Object.fromEntries(passages.map(({ number, text }) => [number,
    el("details", {}, el("summary", { text: `[${number}] ${text.split(":")[0]}` }), el("p", { dir: "auto", text }))]));
  const open = (number) => {
    details[number].open = true;
    details[number].firstChild.focus();
  };
  parts.passages.replaceChildren(...passages.map(({ number }) => details[number]));
  parts.text.replaceChildren(...answer.split(/(\[\d{1,3}\])/).map((piece) => {
    const number = piece.slice(1, -1);
    return piece.startsWith("[") && details[number]
      ? el("button", { type: "button", class: "citation", text: piece, "aria-label": t`Open passage ${number}`,
        onclick: () => open(number) }) : piece;
  }));
};

const draw = () => {
  const now = props.value;
  line.show(now);
  setText(parts.clock, now.clock);
  drawAnswer(now);
  setText(parts.how, now.how);
  setText(parts.past, now.past);
  parts.past.hidden = !now.past;
  copy.hidden = !now.answer;
  resume.hidden = !now.resumable;
  back.hidden = !now.back;
  parts.checks.replaceChildren(...now.checks.map(({ rule, word, kept, found }) =>
    el("li", { "data-kept": String(kept) }, el("strong", { text: word }),
      el("span", { text: rule }), el("span", { class: "facts", text: found }))));
  parts.metrics.replaceChildren(...now.metrics.map(([name, value]) =>
    el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
  parts.empty.hidden = now.phase !== "empty";
};
drawEmpty(fixed.presets);
watch("value", draw);
draw();
