// A text whose tokens are coloured, each with words of its own. By hand: gr.HighlightedText says nothing of a token but
// its colour, and cannot be walked with the keyboard.
const named = (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
const visible = (text) => {
  const seen = /^ +$/.test(text) ? text.replace(/ /g, "\u2423") : text;
  return seen.replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5").replace(/\u00a0/g, "\u237d")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, named) || "\u2205";
};
// A token in three parts: the space before its word and the line break after it stand outside of its colour, which they
// would draw out to the end of the line.
const shownOf = (text) => {
  const [, space, rest] = text.match(/^( *)([^]*)$/);
  return [rest && space, rest.replace(/\n/g, "\u21b5") || space || "\u2205", "\n".repeat(text.split("\n").length - 1)];
};
// `level` gives a token's class and `describe` its words. With `act` a token is a button that does something; without,
// it is an option whose words are read.
const tokenText = ({ tokens, label, level, describe, act }) => {
  const note = el("p", { class: "note", "aria-live": "polite",
    text: t("Point at a token, or walk with the arrow keys.") });
  const nodes = tokens.map((token) => {
    const tell = () => setText(note, describe(token));
    const choose = act && (() => {
      for (const other of nodes) other.removeAttribute("aria-current");
      node.setAttribute("aria-current", "true");
      act(token);
    });
    const node = el("span", { class: `token ${level(token)}`, role: act ? "button" : "option", title: describe(token),
      "aria-label": describe(token), text: shownOf(token.text)[1], onmouseenter: tell,
      onfocus: () => {
        tell();
        if (!act) for (const other of nodes) other.ariaSelected = String(other === node);
      },
      onclick: choose,
      onkeydown: act && ((event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      }) });
    return node;
  });
  walkWithArrows([nodes]);
  const text = el("div", { class: "text", role: act ? "group" : "listbox", "aria-label": t`Tokens of ${label}`,
    "aria-orientation": !act && "horizontal" },
    ...nodes.flatMap((node, at) => [shownOf(tokens[at].text)[0], node, shownOf(tokens[at].text)[2]]));
  return [text, note];
};
// What the colours stand for: `steps` are pairs of a class and a word.
const tokenScale = (low, steps, high) => el("div", { class: "scale", "aria-hidden": "true" }, low,
  ...steps.map(([level, text]) => el("span", { class: `token ${level}`, text })), high);
