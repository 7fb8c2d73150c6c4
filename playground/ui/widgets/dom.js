// Put before every widget's script. Text only ever enters the page through textContent and .value,
// so what a model or a person wrote is shown as it is and never becomes markup.
const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "value") node.value = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// Streaming appends: the reader's selection and scroll position survive.
const growText = (node, text) => {
  const shown = node.firstChild;
  if (shown && shown.nodeType === Node.TEXT_NODE && text.length > shown.length && text.startsWith(shown.data)) {
    shown.appendData(text.slice(shown.length));
  } else setText(node, text);
};

const copyButton = (read) => {
  const button = el("button", { type: "button", class: "quiet", text: "Copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(read());
      setText(button, "Copied");
    } catch {
      setText(button, "Copying was refused by the browser");
    }
    setTimeout(() => setText(button, "Copy"), 1500);
  });
  return button;
};

const promptNodes = (prompt) => {
  const nodes = prompt.messages.map((message) =>
    el("div", { class: `turn ${message.role}` },
      el("span", { class: "who", text: message.role }), marked("pre", message.pieces)));
  if (prompt.prefix.length) {
    nodes.push(el("div", { class: "turn assistant begun" },
      el("span", { class: "who", text: "assistant, begun" }), marked("pre", prompt.prefix)));
  }
  return nodes;
};

// Gaps that an earlier step's answer will fill are set apart from what is typed.
const marked = (tag, pieces) => el(tag, {}, ...pieces.map(({ text, gap }) => (gap ? el("mark", { text }) : text)));
