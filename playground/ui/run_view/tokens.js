// Tokens on a scale of probability. One tab stop; arrow keys walk along the text, Enter shows the alternatives.
const host = element.querySelector(".tokens");
const STEPS = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95];
const level = (p) => STEPS.filter((edge) => p >= edge).length;
const visible = (text) => text.replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5") || "\u2205";
const percent = (p) => (p >= 0.9995 ? "100 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);

const draw = () => {
  const { label, facts, tokens } = props.value;
  const note = el("p", { class: "note", "aria-live": "polite", text: "Point at a token, or walk with the arrow keys." });
  const table = el("div", { class: "alternatives" });
  const describe = (token) => [
    `\u201c${visible(token.text)}\u201d`, `probability ${percent(token.p)}`, `log-probability ${token.logprob.toFixed(3)}`,
    token.forced ? "chosen by you" : "", token.entropy === null ? "" : `entropy ${token.entropy.toFixed(2)} nats`].filter(Boolean).join(" \u00b7 ");
  const { step, sample } = props.value;
  const instead = (token, other) => other.id !== token.id && other.fit
    && el("button", { type: "button", class: "quiet", text: "Continue with this one",
      "aria-label": `Continue from here with \u201c${visible(other.text)}\u201d`,
      onclick: () => trigger("take_token", { step, sample, at: tokens.indexOf(token), token: other.id }) });
  const alternatives = (token) => {
    for (const [at, node] of nodes.entries()) {
      if (tokens[at] === token) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
    table.replaceChildren(token.top.length
    ? el("table", {}, el("caption", { text: `Instead of \u201c${visible(token.text)}\u201d` }),
        el("thead", {}, el("tr", {}, el("th", { text: "Token", scope: "col" }), el("th", { text: "Probability", scope: "col" }), el("th", { text: "Take it", scope: "col" }))),
        el("tbody", {}, ...token.top.map((other) => el("tr", { class: other.id === token.id ? "chosen" : "" },
          el("td", { text: visible(other.text) }), el("td", { class: "figure" },
            el("span", { class: "share", style: `width: ${(100 * other.p).toFixed(1)}%` }), percent(other.p)), el("td", {}, instead(token, other) || (other.id === token.id ? (token.forced ? "chosen by you" : "drawn") : ""))))))
    : el("p", { class: "note", text: "No alternatives were recorded. Set \u201cAlternatives per token\u201d under Sampling and run again." }));
  };
  const nodes = tokens.map((token, at) => el("span", {
    class: `token p${level(token.p)}${token.forced ? " forced" : ""}`, tabindex: at ? "-1" : "0", role: "button", title: describe(token),
    "aria-label": describe(token), text: token.text.replace(/\n/g, "\u21b5\n") || "\u2205",
    onfocus: () => setText(note, describe(token)), onmouseenter: () => setText(note, describe(token)),
    onclick: () => alternatives(token),
    onkeydown: (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") alternatives(token);
      else if (to === undefined || !nodes[to]) return;
      else {
        event.currentTarget.tabIndex = -1;
        nodes[to].tabIndex = 0;
        nodes[to].focus();
      }
      event.preventDefault();
    },
  }));
  host.replaceChildren(
    el("div", { class: "pane-head" }, el("h2", { text: "Token probabilities" }), el("span", { class: "facts", text: label })),
    el("p", { class: "facts", text: facts }),
    el("div", { class: "scale", "aria-hidden": "true" }, "unlikely",
      ...[0, ...STEPS].map((edge, i) => el("span", { class: `token p${i}`, text: `${Math.round(100 * edge)}` })), "likely, from %"),
    el("div", { class: "text", role: "group", "aria-label": `Tokens of ${label}` }, ...nodes), note, table);
};
watch("value", draw);
draw();
