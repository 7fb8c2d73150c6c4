// Every prompt and every output of a run. Grows in place while text streams; nothing is drawn twice.
const host = element.querySelector(".steps");
let groups = [];
let shape = "";

const makeCard = () => {
  const card = {
    title: el("strong"), facts: el("span", { class: "facts" }), text: el("div", { class: "output", dir: "auto" }),
    prompt: el("details", { class: "sent" }, el("summary", { text: "Prompt" })), tools: el("div", { class: "tools" }),
    at: [0, 0], editing: false,
  };
  card.node = el("article", { class: "card" },
    el("header", {}, card.title, card.facts), card.prompt, card.text, card.tools);
  card.tools.append(
    copyButton(() => card.text.textContent),
    el("button", { type: "button", class: "quiet", text: "Tokens", "data-action": "tokens",
      onclick: () => {
        trigger("select", { step: card.at[0], sample: card.at[1] });
        document.getElementById("tokens")?.scrollIntoView({ block: "nearest" });
      } }),
    el("button", { type: "button", class: "quiet", text: "Edit", "data-action": "edit", onclick: () => edit(card) }));
  return card;
};
const edit = (card) => {
  if (card.editing) return;
  card.editing = true;
  const box = el("textarea", { rows: 4, value: card.text.textContent, "aria-label": `Output of ${card.name}`, dir: "auto" });
  const close = () => { form.remove(); card.editing = false; card.text.hidden = false; card.tools.hidden = false; };
  const send = () => { close(); trigger("edit", { step: card.at[0], sample: card.at[1], text: box.value }); };
  const form = el("div", { class: "editor" }, box,
    el("div", { class: "tools" },
      el("button", { type: "button", class: "quiet strong", text: "Run on from here", onclick: send }),
      el("button", { type: "button", class: "quiet", text: "Discard edit", onclick: close })));
  card.text.hidden = card.tools.hidden = true;
  card.node.append(form);
  box.focus();
};
const makeGroup = (step) => {
  const group = { label: el("span"), facts: el("span", { class: "facts" }), cards: step.cards.map(makeCard),
    prompt: el("details", { class: "sent" }, el("summary", { text: "Prompt" })) };
  const grid = el("div", { class: step.cards.length > 1 ? "cards many" : "cards" }, ...group.cards.map((c) => c.node));
  group.node = el("details", { class: "step", open: true },
    el("summary", {}, group.label, group.facts), group.prompt, grid);
  return group;
};
const fill = (details, prompt) => {
  details.hidden = !prompt;
  const key = JSON.stringify(prompt);
  if (details.dataset.shown === key) return;
  details.dataset.shown = key;
  details.replaceChildren(details.firstChild, ...(prompt ? promptNodes(prompt) : []));
};
const draw = () => {
  const { steps, editable } = props.value;
  const wanted = steps.map((step) => `${step.label}/${step.cards.length}`);
  if (!wanted.join("\n").startsWith(shape) || !shape) {
    groups = [];
    host.replaceChildren();
  }
  shape = wanted.join("\n");
  host.hidden = !steps.length;
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
    step.cards.forEach((now, j) => {
      const card = group.cards[j];
      card.at = now.at;
      card.name = now.title || step.label;
      card.node.dataset.state = now.state;
      setText(card.title, now.title);
      setText(card.facts, now.facts);
      fill(card.prompt, now.prompt);
      growText(card.text, now.text);
      card.tools.querySelector("[data-action=edit]").hidden = !editable;
      card.tools.querySelector("[data-action=tokens]").hidden = !editable || !now.tokens;
    });
  });
};
watch("value", draw);
draw();
