// The messages of a prompt. By hand: gr.Chatbot leaves out the system's message and cannot set gaps apart.
const promptNodes = (prompt) => {
  const turn = (kind, who, pieces) => el("div", { class: `turn ${kind}` },
    el("span", { class: "who", text: who }), marked("pre", pieces));
  const nodes = prompt.messages.map((message) => turn(message.role, message.who ?? message.role, message.pieces));
  if (prompt.prefill.length) nodes.push(turn("assistant prefill", "assistant prefill", prompt.prefill));
  return nodes;
};

// Gaps that an earlier step's answer will fill are set apart from what is typed.
// What is asked is set apart as well: a preview goes to it.
const marked = (tag, pieces) => el(tag, {}, ...pieces.map(({ text, gap, asked }) =>
  (gap ? el("mark", { text }) : asked ? el("span", { class: "asked", text }) : text)));
