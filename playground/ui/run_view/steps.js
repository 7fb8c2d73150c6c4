// Every prompt and every output of a run. By hand: many cards grow in place while text streams, and nothing is drawn
// twice; gr.Chatbot shows one conversation.
const host = element.querySelector(".steps");
let groups = [];
let shape = "";
const tree = el("details", { class: "tree", open: true, hidden: true },
  el("summary", {}, el("span", { text: t("The tree of proposed steps") })), el("div"));

const graph = el("details", { class: "tree dialogue", open: true, hidden: true },
  el("summary", {}, el("span", { text: t("Who spoke to whom") })), el("div"));

const makeCard = () => {
  const card = {
    title: el("strong"), facts: el("span", { class: "facts" }), text: el("div", { class: "output", dir: "auto" }),
    prompt: el("details", { class: "sent" }, el("summary", { text: t("Prompt") })),
    tools: el("div", { class: "tools" }),
    thought: el("div", { class: "thought", dir: "auto" }), found: el("div", { class: "found" }),
    origin: el("p", { class: "origin" }), at: [0, 0], editing: false,
  };
  card.thinking = el("details", { class: "sent" },
    el("summary", { text: t("Reasoning, before the answer") }), card.thought);
  card.node = el("article", { class: "card" },
    el("header", {}, card.title, card.facts),
    card.prompt, card.thinking, card.text, card.found, card.origin, card.tools);
  card.tools.append(
    copyButton(() => card.text.textContent),
    el("button", { type: "button", class: "quiet", text: t("Tokens"), "data-action": "tokens",
      onclick: () => {
        trigger("show_tokens", { step: card.at[0], sample: card.at[1] });
        document.getElementById("tokens")?.scrollIntoView({ block: "nearest" });
      } }),
    el("button", { type: "button", class: "quiet", text: t("Edit"), "data-action": "edit",
      onclick: () => edit(card, false) }));
  return card;
};
let goesOn = false; // the person has just written a turn: the next one is where they go on
const edit = (card, waits) => {
  if (card.editing) return;
  card.editing = true;
  const box = el("textarea", { rows: 4, value: card.text.textContent, "aria-label": t`Output of ${card.name}`,
    dir: "auto" });
  const close = () => { form.remove(); card.editing = false; card.text.hidden = false; card.tools.hidden = false; };
  const send = (text) => {
    close();
    goesOn = waits;
    trigger("edit_output", { step: card.at[0], sample: card.at[1], text });
  };
  const form = el("div", { class: "editor" }, box,
    el("div", { class: "tools" },
      el("button", { type: "button", class: "quiet strong", text: t("Run on from here"),
        onclick: () => send(box.value) }),
      waits ? el("button", { type: "button", class: "quiet", text: t("Write nothing"), onclick: () => send("") })
        : el("button", { type: "button", class: "quiet", text: t("Discard edit"), onclick: close })));
  card.text.hidden = card.tools.hidden = true;
  card.node.append(form);
  if (!waits || goesOn) box.focus(); // where it opens by itself somebody may be reading, or typing, elsewhere
  if (waits) goesOn = false;
};
// What a model made for one task found: the text with its parts marked, then label and probability, row by row.
const fillFound = (node, found) => {
  const key = JSON.stringify(found);
  node.hidden = !found;
  if (!found || node.dataset.shown === key) return;
  node.dataset.shown = key;
  const parts = found.rows.some((row) => row.part);
  const cells = (row) => [
    el("td", { text: row.label }), parts && el("td", { text: row.part }),
    el("td", { class: "figure" },
      el("span", { class: "share", style: `width: ${(100 * row.p).toFixed(1)}%` }), percent(row.p))];
  const names = [t("Label"), ...(parts ? [t("Part of the text")] : []), t("Probability")];
  node.replaceChildren(
    found.pieces.length ? el("p", { class: "spans", dir: "auto" }, ...found.pieces.map((piece) => piece.label
      ? el("mark", {}, piece.text, el("span", { class: "tag", text: piece.label })) : piece.text)) : "",
    el("table", {}, el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { text: name, scope: "col" })))),
      el("tbody", {}, ...found.rows.map((row) => el("tr", {}, ...cells(row))))));
};
const makeGroup = (step) => {
  const group = {
    label: el("span"), origin: el("p", { class: "origin" }), facts: el("span", { class: "facts" }),
    cards: step.cards.map(makeCard), prompt: el("details", { class: "sent" }, el("summary", { text: t("Prompt") })),
    change: el("details", { class: "sent change" }, el("summary")),
  };
  const grid = el("div", { class: step.cards.length > 1 ? "cards many" : "cards" }, ...group.cards.map((c) => c.node));
  group.node = el("details", { class: "step", open: true },
    el("summary", {}, group.label, group.facts), group.prompt, grid, group.change, group.origin);
  return group;
};
const fill = (details, prompt) => {
  details.hidden = !prompt;
  const key = JSON.stringify(prompt);
  if (details.dataset.shown === key) return;
  details.dataset.shown = key;
  details.replaceChildren(details.firstChild, ...(prompt ? promptNodes(prompt) : []));
};
const fillChange = (details, change) => {
  details.hidden = !change;
  const key = JSON.stringify(change);
  if (!change || details.dataset.shown === key) return;
  details.dataset.shown = key;
  setText(details.firstChild, change.since);
  details.replaceChildren(details.firstChild, el("p", { dir: "auto" }, ...changedText(change.segments)));
};
const fillTree = (rows) => {
  tree.hidden = !rows.length;
  const key = JSON.stringify(rows);
  if (tree.dataset.shown === key) return;
  tree.dataset.shown = key;
  tree.lastChild.replaceChildren(treeList(rows));
};
const fillGraph = (value) => {
  graph.hidden = !value.arrows.length;
  const key = JSON.stringify(value);
  if (graph.hidden || graph.dataset.shown === key) return;
  graph.dataset.shown = key;
  graph.lastChild.replaceChildren(...graphNodes(value));
};
const draw = () => {
  const { steps, editable, tree: rows, graph: spoke } = props.value;
  const wanted = steps.map((step) => `${step.label}/${step.cards.length}`);
  if (!wanted.join("\n").startsWith(shape) || !shape) {
    groups = [];
    host.replaceChildren(tree);
  }
  shape = wanted.join("\n");
  host.hidden = !steps.length;
  fillTree(rows ?? []);
  fillGraph(spoke);
  steps.forEach((step, i) => {
    if (!groups[i]) {
      groups[i] = makeGroup(step);
      host.append(groups[i].node);
    }
    const group = groups[i];
    setText(group.label, `${i + 1}. ${step.label}`);
    setText(group.facts, step.facts);
    group.node.dataset.state = step.state;
    fill(group.prompt, step.prompt);
    setText(group.origin, step.origin);
    fillChange(group.change, step.change);
    step.cards.forEach((now, j) => {
      const card = group.cards[j];
      card.at = now.at;
      card.name = now.title || step.label;
      card.node.dataset.state = now.state;
      setText(card.title, now.title);
      setText(card.facts, now.facts);
      fill(card.prompt, now.prompt);
      growText(card.text, now.text);
      card.thinking.hidden = !now.reasoning;
      growText(card.thought, now.reasoning);
      fillFound(card.found, now.findings);
      setText(card.origin, now.origin);
      card.tools.querySelector("[data-action=edit]").hidden = !editable || now.given;
      card.tools.querySelector("[data-action=tokens]").hidden = !editable || !now.tokens;
      if (editable && now.waits) edit(card, true);
    });
  });
  if (host.lastChild !== graph) host.append(graph);
};
watch("value", draw);
draw();
