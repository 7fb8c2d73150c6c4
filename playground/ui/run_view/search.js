// What steps add up to. By hand: gr.HighlightedText has no words that are struck out, and Gradio has no tree.
const changedText = (segments) => segments.map(({ text, change }) =>
  change === "same" ? text : el(change === "added" ? "ins" : "del", { text }));
const treeList = (rows) => el("ul", {}, ...rows.map((row) => el("li", { class: row.kept ? "kept" : "" },
  el("span", { text: row.text, dir: "auto" }), " ", el("span", { class: "facts", text: row.verdict }),
  row.next.length ? treeList(row.next) : null)));
