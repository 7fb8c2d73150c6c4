// Tokens on a scale of probability, each with its alternatives. By hand: gr.HighlightedText has neither those nor keys.
const host = element.querySelector(".tokens");
const STEPS = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95];
const HALF = 0.5;  // ruled out by the form of the answer
const level = (token) => [`p${STEPS.filter((edge) => token.p >= edge).length}`,
  token.forced ? "forced" : "", token.ruled >= HALF ? "ruled" : ""].filter(Boolean).join(" ");
const describe = (token) => [
  `\u201c${visible(token.text)}\u201d`, t`probability ${percent(token.p)}`,
  t`log-probability ${token.logprob.toFixed(3)}`, token.forced ? t("chosen by you") : "",
  token.ruled === null ? "" : t`ruled out by the form ${percent(token.ruled)}`,
  token.entropy === null ? "" : t`entropy ${token.entropy.toFixed(2)} nats`].filter(Boolean).join(" \u00b7 ");
const scale = tokenScale(t("unlikely"),
  [0, ...STEPS].map((edge, i) => [`p${i}`, Math.round(100 * edge)]), t("likely, from %"));

const draw = () => {
  const { label, facts, pressure, tokens, step, sample } = props.value;
  const table = el("div", { class: "alternatives" });
  const instead = (token, other) => {
    if (other.id === token.id) return token.forced ? t("chosen by you") : t("sampled");
    if (other.barred) return t("ruled out by the form");
    return other.fit && el("button", { type: "button", class: "quiet", text: t("Continue with this one"),
      "aria-label": t`Continue from here with \u201c${visible(other.text)}\u201d`,
      onclick: () => trigger("take_token", { step, sample, at: tokens.indexOf(token), token: other.id }) });
  };
  const row = (token, other) => el("tr", { class: other.id === token.id ? "chosen" : "" },
    el("td", { text: visible(other.text) }),
    el("td", { class: "figure" },
      el("span", { class: "share", style: `width: ${(100 * other.p).toFixed(1)}%` }), percent(other.p)),
    el("td", {}, instead(token, other)));
  const alternatives = (token) => table.replaceChildren(token.top.length
    ? el("table", {}, el("caption", { text: t`Instead of \u201c${visible(token.text)}\u201d` }),
        el("thead", {}, el("tr", {}, ...[t("Token"), t("Probability"), t("Use it")].map((name) =>
          el("th", { text: name, scope: "col" })))),
        el("tbody", {}, ...token.top.map((other) => row(token, other))))
    : el("p", { class: "note",
        text: t("No alternatives were recorded. Set \u201cAlternatives per token\u201d under Sampling and run again."),
      }));
  host.replaceChildren(
    el("div", { class: "pane-head" },
      el("h2", { text: t("Token probabilities") }), el("span", { class: "facts", text: label })),
    el("p", { class: "facts", text: facts }),
    ...(pressure ? [el("p", { class: "facts pressure", text: pressure })] : []), scale,
    ...tokenText({ tokens, label, level, describe, act: alternatives }), table);
};
watch("value", draw);
draw();
