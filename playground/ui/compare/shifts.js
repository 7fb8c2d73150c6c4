// The baseline's tokens, coloured by what another pane's weights do to their probability; lines tell up from down.
const host = element.querySelector(".shifts");
const EDGES = [Math.log(1.25), Math.log(2), Math.log(10)];
const visible = (text) => (/^ +$/.test(text) ? text.replace(/ /g, "\u2423") : text).replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5") || "\u2205";
const percent = (p) => (p >= 0.9995 ? "100 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);
const level = (change) => `${change < 0 ? "down" : "up"}${EDGES.filter((edge) => Math.abs(change) >= edge).length}`;
const factor = (change) => {
  const times = Math.exp(Math.abs(change));
  const shown = times >= 1000 ? "more than 1,000" : times >= 10 ? times.toFixed(0) : times.toFixed(1);
  return times < 1.05 ? "as likely" : `${shown} times ${change < 0 ? "less" : "more"} likely`;
};

const draw = () => {
  const { choices, other, error, title, tokens, listed } = props.value;
  host.hidden = !choices.length;
  if (!choices.length) return;
  const name = choices.find((choice) => choice.key === other)?.title ?? "";
  const note = el("p", { class: "note", text: "Point at a token, or walk with the arrow keys." });
  const describe = (token) => `\u201c${visible(token.text)}\u201d: ${percent(token.before)} \u2192 ${percent(token.after)}, ${factor(token.change)}`
    + (token.disagree ? ` \u00b7 likeliest \u201c${visible(token.likeliest[0].text)}\u201d \u2192 \u201c${visible(token.likeliest[1].text)}\u201d` : "");
  const nodes = tokens.map((token, at) => el("span", {
    class: `token shift ${level(token.change)}${token.disagree ? " disagree" : ""}`, tabindex: at ? "-1" : "0", role: "button",
    title: describe(token), "aria-label": describe(token), text: token.text.replace(/\n/g, "\u21b5\n") || "\u2205",
    onfocus: () => setText(note, describe(token)), onmouseenter: () => setText(note, describe(token)),
    onkeydown: (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
      if (to === undefined || !nodes[to]) return;
      event.currentTarget.tabIndex = -1;
      nodes[to].tabIndex = 0;
      nodes[to].focus();
      event.preventDefault();
    },
  }));
  const likeliest = ({ text, p }) => el("td", {}, el("code", { text: visible(text) }), ` ${percent(p)}`);
  host.replaceChildren(
    el("div", { class: "pane-head" }, el("h2", { text: "What the adapter changed, token by token" })),
    el("div", { class: "measures", role: "group", "aria-label": "Compared with" }, el("span", { class: "facts", text: `The words of ${title}, as seen by` }),
      ...choices.map((choice) => el("button", { type: "button", class: "quiet", text: choice.title, "aria-pressed": String(choice.key === other),
        onclick: () => trigger("choose_pane", { key: choice.key }) }))),
    ...(error ? [el("p", { class: "missing", text: error })] : []),
    ...(!error && !tokens.length ? [el("p", { class: "facts", text: "Choose the pane whose weights are to read them." })] : []),
    ...(tokens.length ? [
      el("div", { class: "scale", "aria-hidden": "true" }, "less likely", ...["down3", "down2", "down1", "up0", "up1", "up2", "up3"].map((step, i) =>
        el("span", { class: `token shift ${step}`, text: ["\u00f710", "\u00f72", "\u00f71.25", "=", "\u00d71.25", "\u00d72", "\u00d710"][i] })), "more likely"),
      el("div", { class: "text", role: "group", "aria-label": `Tokens of ${title}` }, ...nodes), note,
      el("div", { class: "frame" }, el("table", { class: "figures" }, el("caption", { text: tokens.some((token) => token.disagree)
        ? "Where the two would have gone on differently comes first" : "The two would have gone on alike everywhere; the largest changes" }),
        el("thead", {}, el("tr", {}, ...["Place", "Token", "Changed", "Baseline's likeliest", `Likeliest with ${name}`].map((head) => el("th", { scope: "col", text: head })))),
        el("tbody", {}, ...listed.map((at) => el("tr", { class: tokens[at].disagree ? "disagree" : "" }, el("td", { class: "figure", text: at + 1 }),
          el("th", { scope: "row" }, el("code", { text: visible(tokens[at].text) })), el("td", { text: factor(tokens[at].change) }),
          ...tokens[at].likeliest.map(likeliest)))))) ] : []));
};
watch("value", draw);
draw();
