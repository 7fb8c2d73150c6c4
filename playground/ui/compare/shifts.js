// The baseline's tokens, coloured by what another pane's weights do to them; lines tell up from down. By hand:
// gr.HighlightedText has neither words for each token nor keys.
const host = element.querySelector(".shifts");
const EDGES = [Math.log(1.25), Math.log(2), Math.log(10)];
const SCALE = [["down3", "\u00f710"], ["down2", "\u00f72"], ["down1", "\u00f71.25"], ["up0", "="],
  ["up1", "\u00d71.25"], ["up2", "\u00d72"], ["up3", "\u00d710"]];
const level = ({ change, disagree }) =>
  `shift ${change < 0 ? "down" : "up"}${EDGES.filter((edge) => Math.abs(change) >= edge).length}`
  + (disagree ? " disagree" : "");
const factor = (change) => {
  const times = Math.exp(Math.abs(change));
  const shown = times >= 1000 ? t("more than 1,000") : times >= 10 ? times.toFixed(0) : times.toFixed(1);
  return times < 1.05 ? t("as likely") : change < 0 ? t`${shown} times less likely` : t`${shown} times more likely`;
};
const quoted = (token) => `\u201c${visible(token.text)}\u201d`;
const describe = (token) =>
  `${quoted(token)}: ${percent(token.before)} \u2192 ${percent(token.after)}, ${factor(token.change)}`
  + (token.disagree ? t` \u00b7 likeliest ${token.likeliest.map(quoted).join(" \u2192 ")}` : "");
const scale = tokenScale(t("less likely"), SCALE.map(([step, text]) => [`shift ${step}`, text]), t("more likely"));

const likeliest = ({ text, p }) => el("td", {}, el("code", { text: visible(text) }), ` ${percent(p)}`);
const row = (token, at) => el("tr", { class: token.disagree ? "disagree" : "" },
  el("td", { class: "figure", text: at + 1 }),
  el("th", { scope: "row" }, el("code", { text: visible(token.text) })),
  el("td", { text: factor(token.change) }), ...token.likeliest.map(likeliest));
const table = (tokens, listed, name) => {
  const heads = [t("Position"), t("Token"), t("Changed"), t("Baseline's likeliest"), t`Likeliest with ${name}`];
  const caption = tokens.some((token) => token.disagree)
    ? t("Where the two would have gone on differently comes first")
    : t("The two would have gone on alike everywhere; the largest changes");
  return el("div", { class: "frame" }, el("table", { class: "figures" }, el("caption", { text: caption }),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col", text: head })))),
    el("tbody", {}, ...listed.map((at) => row(tokens[at], at)))));
};

const draw = () => {
  const { choices, other, error, title, tokens, listed } = props.value;
  host.hidden = !choices.length;
  if (!choices.length) return;
  const name = choices.find((choice) => choice.key === other)?.title ?? "";
  const button = (choice) => el("button", { type: "button", class: "quiet", text: choice.title,
    "aria-pressed": String(choice.key === other), onclick: () => trigger("choose_pane", { key: choice.key }) });
  const found = tokens.length
    ? [scale, ...tokenText({ tokens, label: title, level, describe }), table(tokens, listed, name)]
    : [!error && el("p", { class: "facts", text: t("Choose the pane whose weights are to read them.") })];
  redraw(host,
    el("div", { class: "pane-head" }, el("h2", { text: t("What the adapter changed, token by token") })),
    el("div", { class: "measures", role: "group", "aria-label": t("Compared with") },
      el("span", { class: "facts", text: t`The words of ${title}, as seen by` }), ...choices.map(button)),
    ...[error && el("p", { class: "missing", text: error }), ...found].filter(Boolean));
};
watch("value", draw);
draw();
