// The panes' answers side by side, then what differs from the baseline. By hand: they grow in place while they stream;
// gr.HighlightedText would be drawn anew.
const host = element.querySelector(".comparison");
const SHOWN = [["both", t("Added and left out")], ["added", t("Added words")], ["plain", t("As they are")]];
let mode = null; // until the person chooses: both, but only what was added where hardly anything is shared

const line = statusLine(host);
const empty = el("p", { class: "facts empty",
  text: t("Choose what answers, write a prompt and press Compare; or start with one of the comparisons above.") });
const modes = el("div", { class: "measures", role: "group", "aria-label": t("Differences from the baseline") },
  el("span", { class: "facts", text: t("Against the baseline") }),
  ...SHOWN.map(([key, label]) => el("button", { type: "button", class: "quiet", text: label, "data-key": key,
    onclick: () => { mode = key; draw(); } })));
const legend = el("p", { class: "facts legend-line" }, el("ins", { text: t("added") }), t(" is only here, "),
  el("del", { text: t("left out") }), t(" only in the baseline."));
const grid = el("div", { class: "compared" });
const lasts = el("p", { class: "facts",
  text: t("Loading the page anew loses these answers, and ratings of them; download what is to stay.") });
const verdicts = el("div", { class: "verdicts" });
host.append(el("div", { class: "pane-head" }, el("h2", { text: t("Answers") }), line.status, modes),
  empty, verdicts, legend, grid, lasts, line.live);

const bars = (rows) => el("table", { class: "label-bars" },
  el("thead", { class: "unseen" }, el("tr", {}, ...[t("Label"), t("Probability")].map((name) =>
    el("th", { scope: "col", text: name })))),
  el("tbody", {}, ...rows.map((row) => el("tr", {},
    el("th", { scope: "row", text: row.text ? `${row.label}: ${row.text}` : row.label }),
    el("td", { class: "figure" },
      el("span", { class: "share", style: `width: ${(100 * row.p).toFixed(1)}%` }), percent(row.p))))));
const spans = (pieces) => el("p", { class: "spans", dir: "auto" }, ...pieces.map((piece) => (piece.label
  ? el("mark", {}, piece.text, el("span", { class: "span-label", text: `${piece.label} ${percent(piece.p)}` }))
  : document.createTextNode(piece.text))));
const modeOf = (pane) => mode ?? (pane.alike ? "both" : "added");
// Equal answers of the repetitions, each with its count; a click shows the messages of the first that gave it.
const RIGHT = { true: ["\u2713", t("right")], false: ["\u2717", t("wrong")], null: ["", ""] };
const counts = (answers, at) => el("table", { class: "label-bars answer-bars" },
  el("thead", { class: "unseen" }, el("tr", {}, ...[t("Answer"), t("Times"), t("Right or wrong")].map((name) =>
    el("th", { scope: "col", text: name })))),
  el("tbody", {}, ...answers.map((one) => {
    const [sign, word] = RIGHT[one.right];
    return el("tr", {},
      el("th", { scope: "row" }, el("button", { type: "button", class: "answer-count", text: one.text, dir: "auto",
        title: t("Show the messages of the first repetition that gave it"), onclick: () => steps(at, one.first) })),
      el("td", { class: "figure" }, el("span", { class: "share", style: `width: ${(100 * one.share).toFixed(1)}%` }),
        `\u00d7 ${one.count}`),
      el("td", { class: "mark-right", "data-right": String(one.right) },
        el("span", { text: sign, "aria-hidden": "true" }), el("span", { class: "unseen", text: word })));
  })));
const click = (pane, repetition = 0) => ({ pane, repetition });
const steps = (at, repetition) => {
  trigger("show_steps", click(at, repetition));
  document.getElementById("compare-steps-title")?.scrollIntoView({ block: "nearest" });
};
// What is sent differently, message by message: what is only here, and what only the baseline is sent.
const messageNodes = ({ role, same, segments }) => el("div", { class: "turn" },
  el("span", { class: "who", text: same ? t`${role}, the same` : role }),
  same ? null : el("pre", { dir: "auto" }, ...segments.map(({ change, text }) =>
    (TAGS[change] ? el(TAGS[change], { text }) : document.createTextNode(text)))));
const requestNodes = (request) => el("div", { class: "request" }, el("strong", { text: request.title }),
  ...request.settings.map((text) => el("p", { class: "facts", text })), ...request.messages.map(messageNodes));
const TAGS = { added: "ins", removed: "del" };
const compared = (pane) => pane.segments
  .filter((segment) => modeOf(pane) === "both" || segment.change !== "removed")
  .map(({ change, text }) => (TAGS[change] ? el(TAGS[change], { text }) : document.createTextNode(text)));
const originOf = ({ said, agrees }) => {
  if (!said || agrees === null || agrees === undefined) return said;
  return agrees ? t`Checked: ${said}` : t`Not what was asked for. The answer was made by ${said}`;
};

const card = (at) => {
  const parts = {
    title: el("h3"), base: el("span", { class: "badge", text: t("baseline") }), clock: el("span", { class: "facts" }),
    origin: el("p", { class: "origin" }), answer: el("p", { class: "concluded", dir: "auto" }),
    how: el("p", { class: "how" }), several: el("p", { class: "facts" }), cut: el("p", { class: "cut" }),
    shared: el("p", { class: "facts" }), text: el("div", { class: "text", dir: "auto" }), found: el("div"),
    metrics: el("dl", { class: "metrics" }), score: el("p", { class: "score" }), answers: el("div"),
    agreement: el("p", { class: "facts" }), sameSent: el("p", { class: "facts" }),
    sent: el("details", { class: "sent differs" }, el("summary", { text: t("What is sent differently") })),
  };
  const side = el("section", { class: "side" });
  const state = statusLine(side);
  const copy = copyButton(() => props.value.panes[at].copied);
  const act = (text, event) => el("button", { type: "button", class: "quiet", text,
    onclick: () => trigger(event, click(at)) });
  const messages = el("button", { type: "button", class: "quiet", text: t("Steps and messages"),
    onclick: () => steps(at, 0) });
  const open = act(t("Open in the Playground"), "open_setup"), save = act(t("Save as preset"), "save_preset");
  const again = act(t("Ask again"), "ask_again"), halt = act(t("Stop this pane"), "stop_pane");
  const acts = el("div", { class: "card-acts" }, copy, messages, open, save, again, halt);
  side.append(el("div", { class: "side-head" }, parts.title, parts.base, state.status, parts.clock),
    state.bar, parts.origin, state.error, parts.score, parts.answer, parts.how, parts.several, parts.text,
    parts.answers, parts.agreement, parts.cut, parts.shared, parts.found, parts.sameSent, parts.sent, parts.metrics,
    acts);
  let shownAnswers = "", shownRequests = "";
  let last = "";
  const update = (now) => {
    state.show(now);
    side.setAttribute("aria-label", now.title);
    setText(parts.title, now.title);
    parts.base.hidden = !now.baseline;
    setText(parts.clock, now.clock);
    parts.origin.dataset.agrees = String(now.origin.agrees);
    setText(parts.origin, originOf(now.origin));
    setText(parts.answer, now.answer);
    setText(parts.how, now.how);
    setText(parts.several, now.several);
    setText(parts.cut, now.cut);
    setText(parts.shared, now.shared);
    const marked = now.segments && mode !== "plain";
    const seen = JSON.stringify([marked ? [modeOf(now), now.segments] : now.text, now.findings]);
    if (seen !== last) {
      if (marked) parts.text.replaceChildren(...compared(now));
      else {
        if (parts.text.children.length) parts.text.replaceChildren();
        growText(parts.text, now.text);
      }
      const { pieces, rows } = now.findings ?? { pieces: [], rows: [] };
      parts.found.replaceChildren(...(pieces.length ? [spans(pieces)] : []), ...(now.findings ? [bars(rows)] : []));
      last = seen;
    }
    parts.metrics.replaceChildren(...now.metrics.map(([name, value]) =>
      el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
    setText(parts.score, now.score);
    setText(parts.agreement, now.agreement);
    const answers = JSON.stringify(now.answers);
    if (answers !== shownAnswers) {
      parts.answers.replaceChildren(...(now.answers.length ? [counts(now.answers, at)] : []));
    }
    shownAnswers = answers;
    setText(parts.sameSent, now.prompts.note);
    const requests = JSON.stringify(now.prompts.requests);
    if (requests !== shownRequests) {
      parts.sent.replaceChildren(parts.sent.firstChild, ...now.prompts.requests.map(requestNodes));
    }
    shownRequests = requests;
    parts.sent.hidden = !now.prompts.requests.length;
    const busy = now.phase === "waiting" || now.phase === "running";
    copy.hidden = open.hidden = save.hidden = busy || !now.copied;
    messages.hidden = !now.steps;
    again.hidden = busy || ["answering", "measuring"].includes(props.value.phase);
    halt.hidden = !now.stoppable;
  };
  return { node: side, update };
};

let cards = [];
const draw = () => {
  const now = props.value;
  line.show(now);
  empty.hidden = now.phase !== "empty";
  lasts.hidden = !empty.hidden;
  const said = JSON.stringify([now.verdicts, now.others, now.how]);
  if (verdicts.dataset.said !== said) {
    verdicts.dataset.said = said;
    const lines = (texts) => texts.map((text) => el("p", { text }));
    verdicts.replaceChildren(...lines(now.verdicts),
      ...(now.others.length ? [el("details", { class: "sent" },
        el("summary", { text: t`${now.others.length} more comparisons` }), ...lines(now.others))] : []),
      ...(now.how ? [el("p", { class: "facts", text: now.how })] : []));
  }
  modes.hidden = legend.hidden = !now.panes.some((pane) => pane.segments);
  legend.hidden = legend.hidden || mode === "plain";
  for (const button of modes.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.key === (mode ?? "both")));
  }
  if (cards.length !== now.panes.length) {
    cards = now.panes.map((_, at) => card(at));
    grid.replaceChildren(...cards.map((one) => one.node));
  }
  now.panes.forEach((pane, at) => cards[at].update(pane));
};
watch("value", draw);
draw();
