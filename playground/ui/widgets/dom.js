// Put before every widget's script. By hand, so that text only ever enters the page through textContent and .value:
// what a model or a person wrote is shown as it is and never becomes markup.
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

// A text of the page in its language. Tagged onto a template its key has {0}, {1} and so on for what is filled in.
const t = (text, ...values) => {
  const key = Array.isArray(text) ? text.reduce((all, part, at) => `${all}{${at - 1}}${part}`) : text;
  return (window.texts?.[key] ?? key).replace(/\{(\d+)\}/g, (gap, at) => values[at] ?? gap);
};

// German nouns keep their capital in a sentence.
const inSentence = (noun) => (navigator.language === "de" ? noun : noun.toLowerCase());

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

// Under a pointer that is pressed nothing is drawn anew before it is let go: a button that is replaced meanwhile would
// get no click.
const pressed = new WeakMap(), late = new WeakMap(); // by host, the nodes that wait for that, and then for the click
const minded = new WeakSet();
const mindPointer = (host) => {
  if (minded.has(host)) return;
  minded.add(host);
  host.addEventListener("pointerdown", () => {
    if (pressed.has(host)) return;
    pressed.set(host, null);
    const heard = new AbortController();
    const release = ({ type, target }) => {
      if (type === "blur" && target !== window) return; // a field's, whose focus goes to what is pressed
      heard.abort();
      if (pressed.get(host)) late.set(host, pressed.get(host));
      pressed.delete(host);
      setTimeout(() => late.has(host) && redraw(host, ...late.get(host)));
    };
    for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) {
      window.addEventListener(end, release, { capture: true, signal: heard.signal });
    }
  }, true);
};
// What is drawn anew keeps the focus: on the same thing by its name, else on what came into its place.
const redraw = (host, ...nodes) => {
  mindPointer(host);
  if (pressed.has(host)) {
    pressed.set(host, nodes);
    return;
  }
  late.delete(host);
  const held = document.activeElement;
  const given = nodes.filter((node) => node !== null && node !== undefined && node !== false);
  if (host === held || !host.contains(held)) {
    host.replaceChildren(...given);
    return;
  }
  const name = (node) => `${node.tagName} ${node.dataset.key ?? node.getAttribute("aria-label") ?? node.textContent}`;
  const reachable = () => [...host.querySelectorAll("button, a, input, select, textarea, summary, [tabindex]")]
    .filter((node) => !node.disabled);
  const wanted = name(held), at = reachable().indexOf(held);
  host.replaceChildren(...given);
  const found = reachable();
  const heir = found.find((node) => name(node) === wanted) ?? found[Math.min(at, found.length - 1)];
  heir?.focus({ preventScroll: true });
};

const copyButton = (read) => {
  const button = el("button", { type: "button", class: "quiet", text: t("Copy") });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(read());
      setText(button, t("Copied"));
    } catch {
      setText(button, t("Copying was refused by the browser"));
    }
    setTimeout(() => setText(button, t("Copy")), 1500);
  });
  return button;
};

const percent = (p) => (p >= 0.9995 ? "100 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);

// Many nodes with one tab stop: arrow keys walk over their rows, which may have gaps.
const walkWithArrows = (rows) => {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const target = (key, row, column) => {
    if (key === "Home") return rows[row].find(Boolean);
    if (key === "End") return rows[row].findLast(Boolean);
    const [down, right] = steps[key];
    return rows[row + down]?.[column + right];
  };
  const walks = ({ key, altKey, ctrlKey, metaKey }) => !(altKey || ctrlKey || metaKey)
    && (key === "Home" || key === "End" || (key in steps && (rows.length > 1 || steps[key][0] === 0)));
  let stop = rows.flat().find(Boolean);
  rows.forEach((row, at) => row.forEach((node, column) => {
    if (!node) return;
    node.tabIndex = node === stop ? 0 : -1;
    node.addEventListener("keydown", (event) => {
      if (!walks(event)) return;
      event.preventDefault();
      target(event.key, at, column)?.focus();
    });
    node.addEventListener("focus", () => { // also by a click: from here Tab goes on, and comes back
      stop.tabIndex = -1;
      stop = node;
      stop.tabIndex = 0;
    });
  }));
};
