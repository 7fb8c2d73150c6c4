// Passages that were found, and the documents with their cuts. By hand: words are marked inside of texts, and a passage
// opens where it stands in its document; none of Gradio's components holds both.
const host = element.querySelector(".found_passages");
const line = statusLine(host, { moving: ["running"] });
const list = el("div", { class: "hits" });
const documents = el("div", { class: "documents" });
const left = el("p", { class: "facts" });
host.append(
  el("div", { class: "pane-head" }, el("h2", { text: t("What is found") }), line.status),
  line.bar, line.error, list, documents, left, line.live);

const words = (pieces) => pieces.map(({ text, hit }) => (hit ? el("mark", { text }) : text));
const show = (number) => {
  const part = documents.querySelector(`[data-number="${number}"]`);
  if (!part) return;
  part.closest("details").open = true;
  part.scrollIntoView({ block: "nearest" });
  part.focus();
};
const hit = ({ number, title, place, pieces, why }) => el("article", { class: "hit" },
  el("header", {}, el("strong", { text: `[${number}] ${title}` }), el("span", { class: "facts", text: place }),
    el("button", { type: "button", class: "quiet", text: t("In the document"),
      "aria-label": t`Passage ${number} in the document`, onclick: () => show(number) })),
  el("p", { dir: "auto" }, ...words(pieces)),
  el("ul", { class: "why" }, ...why.map((text) => el("li", { text }))));
const piece = ({ text, kind, number, begins }) => el("span", {
  class: `piece ${kind}${number ? " found" : ""}${begins ? " begins" : ""}`, text,
  ...(number ? { "data-number": number, tabindex: "-1" } : {}),
});
const whole = ({ title, kind, skipped, found, pieces }) => {
  const facts = [kind, skipped && t("left out by the filter")].filter(Boolean).join(", ");
  return el("details", { open: found, class: skipped ? "skipped" : "" },
    el("summary", {}, title, el("span", { class: "facts", text: facts })),
    el("p", { dir: "auto" }, ...pieces.map(piece)));
};

let drawn = "";
const draw = () => {
  const now = props.value;
  line.show(now);
  if (now.phase === "running") return; // what was found before stays until there is something newer
  const key = JSON.stringify([now.hits, now.documents]);
  if (key === drawn) return;
  drawn = key;
  redraw(list, ...now.hits.map(hit));
  const title = now.documents.length ? [el("h3", { text: t("The documents, cut into passages") })] : [];
  redraw(documents, ...title, ...now.documents.map(whole));
  setText(left, now.left);
};
watch("value", draw);
draw();
