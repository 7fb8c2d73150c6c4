// A chat: the turns of one branch, each with what can be done with it, and the tree of all branches. By hand:
// gr.Chatbot puts what a model wrote into the page as HTML, so that "<b>" is not shown and a picture in an answer is
// fetched from wherever it says; it has no place for what was measured of a turn, nor for the mark of one that is cut.
const host = element.querySelector(".chat");
const line = statusLine(host, { moving: ["waiting", "running"] });
const log = el("div", { class: "turns", role: "log", "aria-label": t("Chat") });
const note = el("p", { class: "cut-note", role: "status" });
const lost = el("p", { class: "cut-note", role: "status" });
const tree = el("ul");
const branches = el("details", { class: "branches", open: true }, el("summary", { text: t("Branches") }), tree);
const anew = el("button", { type: "button", class: "quiet", text: t("New chat"),
  onclick: () => trigger("begin_anew") });
const empty = el("p", { class: "empty",
  text: t("Nothing has been said yet. Type a message below. Every turn can be edited, answered again and gone on from: "
    + "what was there stays, as another branch.") });
host.append(el("div", { class: "pane-head" }, line.status, anew), line.bar, line.error, line.live,
  note, lost, log, empty, branches);
const cards = new Map();
let order = "";

const tool = (text, act) => el("button", { type: "button", class: "quiet", text, onclick: act });
// Pressed again, a thumb is taken back.
const thumb = (card, feedback, text, label) => {
  const button = tool(text, () => trigger("rate_turn",
    { turn: card.id, feedback: card.now.feedback === feedback ? "" : feedback }));
  button.setAttribute("aria-label", label);
  button.title = label;
  button.classList.add("thumb");
  return button;
};
const makeCard = (id) => {
  const card = {
    id, who: el("strong"), mark: el("span", { class: "mark" }), text: el("div", { class: "output", dir: "auto" }),
    thought: el("div", { class: "thought", dir: "auto" }), facts: el("p", { class: "facts" }), editing: false,
    place: el("span", { class: "facts" }), tools: el("div", { class: "card-acts" }),
  };
  const pick = { turn: id };
  const step = (by) => trigger("show_branch", { turn: card.now.beside[card.now.place - 1 + by] });
  card.back = el("button", { type: "button", class: "quiet", text: "\u2039", "aria-label": t("The one before"),
    onclick: () => step(-1) });
  card.next = el("button", { type: "button", class: "quiet", text: "\u203a", "aria-label": t("The next one"),
    onclick: () => step(1) });
  card.beside = el("span", { class: "beside" }, card.back, card.place, card.next);
  card.thinking = el("details", { class: "sent" }, el("summary", { text: t("Reasoning, before the answer") }),
    card.thought);
  card.summed = el("div", { class: "thought", dir: "auto" });
  card.instead = el("details", { class: "sent" },
    el("summary", { text: t("Summary, sent in place of turns that were left out") }), card.summed);
  card.acts = {
    copy: copyButton(() => card.now.text),
    edit: tool(t("Edit"), () => edit(card)),
    again: tool("", () => trigger("answer_again", pick)),
    goOn: tool(t("Continue"), () => trigger("continue_answer", pick)),
    back: tool(t("Go on from here"), () => trigger("go_back", pick)),
    up: thumb(card, "up", "\u{1F44D}\uFE0E", t("A good answer")),
    down: thumb(card, "down", "\u{1F44E}\uFE0E", t("A bad answer")),
    tokens: tool(t("Tokens"), () => trigger("inspect_turn", pick)),
    remove: tool(t("Delete"), () => trigger("delete_turn", pick)),
  };
  card.tools.append(...Object.values(card.acts));
  card.node = el("article", { class: "said" },
    el("header", {}, card.who, card.mark, card.beside), card.instead, card.thinking, card.text, card.facts, card.tools);
  return card;
};
const edit = (card) => {
  if (card.editing) return;
  card.editing = true;
  const { role, text, id } = card.now;
  const box = el("textarea", { rows: 3, value: text, "aria-label": t("Text of this turn"), dir: "auto" });
  const close = () => { form.remove(); card.editing = false; card.text.hidden = card.tools.hidden = false; };
  const send = (event) => { close(); trigger(event, { turn: id, text: box.value }); };
  const form = el("div", { class: "editor" }, box, el("div", { class: "card-acts" },
    role === "user" && tool(t("Ask this instead"), () => send("ask_edited")),
    tool(t("Save"), () => send("edit_turn")), tool(t("Discard edit"), close)));
  card.text.hidden = card.tools.hidden = true;
  card.text.after(form);
  box.focus();
};
const fill = (card, now, last, busy) => {
  card.now = now;
  const mine = now.role === "user";
  card.node.className = `said ${now.role}${now.cut ? " cut" : ""}`;
  setText(card.who, mine ? t("You") : t("Answer"));
  setText(card.mark, now.cut ? t("not sent any more") : "");
  growText(card.text, now.text);
  growText(card.thought, now.reasoning);
  card.thinking.hidden = !now.reasoning;
  growText(card.summed, now.summary);
  card.instead.hidden = !now.summary;
  setText(card.facts, [now.facts, now.origin].filter(Boolean).join(" \u00b7 "));
  card.facts.hidden = !card.facts.textContent;
  setText(card.place, t`${now.place} of ${now.beside.length}`);
  card.beside.hidden = now.beside.length < 2;
  card.back.disabled = busy || now.place < 2;
  card.next.disabled = busy || now.place >= now.beside.length;
  setText(card.acts.again, mine ? t("Answer") : t("Answer again"));
  card.acts.again.hidden = mine && !last;
  card.acts.goOn.hidden = !now.open;
  card.acts.back.hidden = last;
  card.acts.tokens.hidden = !now.tokens;
  for (const feedback of ["up", "down"]) {
    card.acts[feedback].hidden = mine || !now.text;
    card.acts[feedback].setAttribute("aria-pressed", now.feedback === feedback);
  }
  for (const act of Object.values(card.acts)) act.disabled = busy && act !== card.acts.copy;
};
const branchRow = (row, busy) => el("li", { style: `--depth: ${row.depth}`, class: row.shown ? "shown" : "" },
  el("button", { type: "button", class: "quiet", text: row.text, "data-key": `branch-${row.id}`, disabled: busy,
    "aria-current": row.shown ? "true" : null, onclick: () => trigger("show_branch", { turn: row.id }) }),
  el("span", { class: "facts", text: row.count }));

// The end stays in sight, also of what was drawn before the tab was shown, unless one scrolls away from it.
let atEnd = true;
const goToEnd = () => { log.scrollTop = log.scrollHeight; };
log.addEventListener("scroll", () => { atEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 60; });
new ResizeObserver(() => atEnd && goToEnd()).observe(log);
const draw = () => {
  const { turns, tree: rows, note: words, lost: unkept, busy, ...now } = props.value;
  line.show(now);
  setText(note, words);
  note.hidden = !words;
  setText(lost, unkept);
  lost.hidden = !unkept;
  for (const { id } of turns) if (!cards.has(id)) cards.set(id, makeCard(id));
  turns.forEach((turn, at) => fill(cards.get(turn.id), turn, at === turns.length - 1, busy));
  const wanted = turns.map(({ id }) => id).join(" ");
  if (wanted !== order) {
    order = wanted;
    for (const id of [...cards.keys()]) if (!turns.some((turn) => turn.id === id)) cards.delete(id);
    redraw(log, ...turns.map(({ id }) => cards.get(id).node));
    goToEnd();
  } else if (atEnd) goToEnd();
  log.hidden = !turns.length;
  empty.hidden = turns.length > 0;
  anew.hidden = !turns.length;
  anew.disabled = busy;
  branches.hidden = !rows.length;
  redraw(tree, ...rows.map((row) => branchRow(row, busy)));
};
watch("value", draw);
draw();
