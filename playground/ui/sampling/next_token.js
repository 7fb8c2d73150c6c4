// The next token's candidates as bars. By hand: rows stay in place while settings change, so that the focus survives
// and bars glide; gr.Label has one bar a row and draws all anew.
const host = element.querySelector(".next_token");
const line = statusLine(host, { moving: ["reading"] });
const parts = {
  stale: el("p", { class: "missing", text: t("The question has changed since. Read the next token again.") }),
  context: el("p", { class: "context", dir: "auto" }), note: el("p", { class: "note" }),
  sentence: el("p", { class: "sentence" }), entropy: el("p", { class: "facts" }),
  list: el("ol", {
    class: "candidates", "aria-label": t("Candidates for the next token, the model's likeliest first") }),
  empty: el("p", { class: "facts empty",
    text: t("Read the next token to see what the model would say, and how likely each is.") }),
};
const mark = (kind, text) => el("span", { class: "mark" }, el("span", { class: `swatch ${kind}` }), text);
const legend = el("div", { class: "legend" },
  mark("own", t("the model's own")), mark("tempered", t("after penalties and temperature")),
  mark("final", t("final, after the cuts")));
const head = el("div", { class: "candidate head", "aria-hidden": "true" }, el("span", { text: t("Token") }), el("span"),
  el("span", { class: "model-share", text: t("Model") }),
  el("span", { class: "share-label", text: t("Final") }), el("span"),
  el("span", { text: t("Bias") }));
const hint = el("p", { class: "facts", text: t("Click a token to append it. \u2212 and + bias its logit by 1.") });
host.append(
  el("div", { class: "pane-head" }, el("h2", { text: t("Next token") }), line.status),
  el("div", { class: "pane-body" }, line.bar, line.error, parts.empty, parts.context, parts.note, parts.stale,
    parts.sentence, parts.entropy, legend, head, parts.list, hint, line.live));

const rows = new Map();
const makeRow = (id) => {
  const send = (name, data) => () => trigger(name, { id, ...data });
  const row = {
    token: el("button", { type: "button", class: "candidate-token", onclick: send("append_token") }),
    tempered: el("span", { class: "tempered" }), final: el("span", { class: "final" }),
    own: el("span", { class: "own" }),
    model: el("span", { class: "model-share" }), share: el("span", { class: "share-label" }),
    why: el("span", { class: "why" }), shift: el("span", { class: "shift" }), fate: el("span", { class: "fate" }),
    less: el("button", { type: "button", class: "nudge", text: "\u2212", onclick: send("nudge_bias", { by: -1 }) }),
    more: el("button", { type: "button", class: "nudge", text: "+", onclick: send("nudge_bias", { by: 1 }) }),
  };
  row.node = el("li", { class: "candidate" }, row.token,
    el("span", { class: "track", "aria-hidden": "true", onclick: send("append_token") },
      row.tempered, row.final, row.own),
    row.model, row.share, row.why, el("span", { class: "nudges" }, row.less, row.more));
  row.why.append(row.fate, row.shift);
  return row;
};
const width = (p, scale) => `${(100 * p / scale).toFixed(3)}%`;
const fill = (row, now, scale) => {
  setText(row.token, now.text);
  row.token.title = row.token.ariaLabel =
    t`Append \u201c${now.text}\u201d: ${now.fate || now.finalLabel}, the model's own ${now.ownLabel}`;
  row.less.title = row.less.ariaLabel = t`Lower the logit of \u201c${now.text}\u201d by 1`;
  row.more.title = row.more.ariaLabel = t`Raise the logit of \u201c${now.text}\u201d by 1`;
  for (const part of ["own", "tempered", "final"]) row[part].style.width = width(now[part], scale);
  row.final.hidden = !now.final;
  setText(row.model, now.ownLabel);
  setText(row.share, now.finalLabel);
  setText(row.fate, now.fate);
  setText(row.shift, now.shift && `logit ${now.shift}`);
  row.node.classList.toggle("cut", Boolean(now.fate));
};
const draw = () => {
  const now = props.value;
  const ready = now.phase === "ready";
  line.show(now);
  // While the next reading is on its way the last one stays, dimmed: nothing jumps.
  if (now.phase === "reading") return;
  setText(parts.context, now.context);
  setText(parts.note, now.note);
  setText(parts.sentence, now.sentence);
  setText(parts.entropy, now.entropy);
  parts.stale.hidden = !now.stale;
  parts.empty.hidden = now.phase !== "empty";
  legend.hidden = head.hidden = hint.hidden = parts.list.hidden = !ready;
  const before = new Map(rows);
  rows.clear();
  now.rows.forEach((candidate, at) => {
    const row = before.get(candidate.id) ?? makeRow(candidate.id);
    rows.set(candidate.id, row);
    fill(row, candidate, now.scale);
    if (parts.list.children[at] !== row.node) parts.list.insertBefore(row.node, parts.list.children[at] ?? null);
  });
  for (const [id, row] of before) if (!rows.has(id)) row.node.remove();
};
watch("value", draw);
draw();
