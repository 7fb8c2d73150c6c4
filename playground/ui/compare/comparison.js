// The panes' answers side by side, then what differs from the baseline. By hand: they grow in place while they stream;
// gr.HighlightedText would be drawn anew.
const host = element.querySelector(".comparison");
const SHOWN = [["both", "Added and left out"], ["added", "Added words"], ["plain", "As they are"]];
let mode = null; // until the person chooses: both, but only what was added where hardly anything is shared

const line = statusLine(host);
const empty = el("p", { class: "facts empty",
  text: "Choose what answers, write a prompt and press Compare; or start with one of the comparisons above." });
const modes = el("div", { class: "measures", role: "group", "aria-label": "Differences from the baseline" },
  el("span", { class: "facts", text: "Against the baseline" }),
  ...SHOWN.map(([key, label]) => el("button", { type: "button", class: "quiet", text: label, "data-key": key,
    onclick: () => { mode = key; draw(); } })));
const legend = el("p", { class: "facts legend-line" }, el("ins", { text: "added" }), " is only here, ",
  el("del", { text: "left out" }), " only in the baseline.");
const grid = el("div", { class: "compared" });
host.append(el("div", { class: "pane-head" }, el("h2", { text: "Answers" }), line.status, modes),
  empty, legend, grid, line.live);

const bars = (rows) => el("table", { class: "label-bars" },
  el("thead", { class: "unseen" }, el("tr", {}, ...["Label", "Probability"].map((name) =>
    el("th", { scope: "col", text: name })))),
  el("tbody", {}, ...rows.map((row) => el("tr", {},
    el("th", { scope: "row", text: row.text ? `${row.label}: ${row.text}` : row.label }),
    el("td", { class: "figure" },
      el("span", { class: "share", style: `width: ${(100 * row.p).toFixed(1)}%` }), percent(row.p))))));
const spans = (pieces) => el("p", { class: "spans", dir: "auto" }, ...pieces.map((piece) => (piece.label
  ? el("mark", {}, piece.text, el("span", { class: "span-label", text: `${piece.label} ${percent(piece.p)}` }))
  : document.createTextNode(piece.text))));
const modeOf = (pane) => mode ?? (pane.alike ? "both" : "added");
const TAGS = { added: "ins", removed: "del" };
const compared = (pane) => pane.segments
  .filter((segment) => modeOf(pane) === "both" || segment.change !== "removed")
  .map(({ change, text }) => (TAGS[change] ? el(TAGS[change], { text }) : document.createTextNode(text)));
const originOf = ({ text, agrees }) => {
  if (!text || agrees === null || agrees === undefined) return text;
  return agrees ? `Checked: ${text}` : `Not what was asked for. The answer was made by ${text}`;
};

const card = (at) => {
  const parts = {
    title: el("h3"), base: el("span", { class: "badge", text: "baseline" }), clock: el("span", { class: "facts" }),
    origin: el("p", { class: "origin" }), answer: el("p", { class: "concluded", dir: "auto" }),
    how: el("p", { class: "how" }), several: el("p", { class: "facts" }), cut: el("p", { class: "cut" }),
    shared: el("p", { class: "facts" }), text: el("div", { class: "text", dir: "auto" }), found: el("div"),
    metrics: el("dl", { class: "metrics" }),
  };
  const side = el("section", { class: "side" });
  const state = statusLine(side);
  const copy = copyButton(() => props.value.panes[at].copied);
  const open = el("button", { type: "button", class: "quiet", text: "Open in the Playground",
    onclick: () => trigger("open_setup", { key: String(at) }) });
  const save = el("button", { type: "button", class: "quiet", text: "Save as preset",
    onclick: () => trigger("save_preset", { key: String(at) }) });
  const acts = el("div", { class: "card-acts" }, copy, open, save);
  side.append(el("div", { class: "side-head" }, parts.title, parts.base, state.status, parts.clock),
    state.bar, parts.origin, state.error, parts.answer, parts.how, parts.several, parts.text, parts.cut, parts.shared,
    parts.found, parts.metrics, acts);
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
    acts.hidden = !now.copied || now.phase === "waiting" || now.phase === "running";
  };
  return { node: side, update };
};

let cards = [];
const draw = () => {
  const now = props.value;
  line.show(now);
  empty.hidden = now.phase !== "empty";
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
