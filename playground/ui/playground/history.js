// The runs of this browser: searched, opened, compared, named, deleted, taken away and brought back. By hand: a list of
// Gradio's own would have to go through the server, and what stands here is the browser's alone.
const host = element.querySelector(".history");
const MOST_ROWS = 40, MEGABYTE = 2 ** 20;
let all = [], ticked = new Set(), sure = false;

const said = el("p", { class: "facts", role: "status" });
const count = el("span", { class: "facts" });
const search = el("input", { type: "search", "aria-label": t("Search the history"), placeholder: t("Search"),
  maxlength: 200, oninput: () => draw() });
const rows = el("ul", { class: "history-rows", tabindex: -1, "aria-label": t("Runs") });
const more = el("p", { class: "facts" });
const act = (text, onclick) => el("button", { type: "button", class: "quiet", text, onclick });
const both = act(t("Compare the two that are ticked"), () => attempt(compare));
const clear = act(t("Delete all"), () => attempt(removeAll));
const file = el("input", { type: "file", accept: ".json", hidden: true, onchange: () => attempt(bringBack) });
host.append(said, el("details", {}, el("summary", {}, t("History"), " ", count),
  el("p", { class: "facts", text: t("Every run is kept here, whole, in this browser and nowhere else: what was asked, "
    + "so that you can go back to any version of a prompt, and what came of it. The oldest go when these are more than "
    + "{0} MB.", fixed.megabytes) }),
  search, rows, more, el("div", { class: "history-acts" }, both, act(t("Export all"), () => attempt(takeAway)),
    act(t("Import a file"), () => file.click()), clear, file)));

const attempt = async (work) => {
  try {
    await work();
  } catch (error) {
    const full = error?.name === "QuotaExceededError";
    setText(said, full
      ? t("This browser has no room left for the history; delete some of it, or other sites\u2019 data.")
      : error?.words ?? t("This browser keeps no history here, as in a private window; all else works."));
  }
};
const remember = (name, value) => {
  try {
    if (value === null) sessionStorage.removeItem(`playground-${name}`);
    else sessionStorage.setItem(`playground-${name}`, value);
  } catch { /* a browser that keeps nothing; said when the run itself is to be kept */ }
};
const recall = (name) => {
  try {
    return sessionStorage.getItem(`playground-${name}`);
  } catch {
    return null;
  }
};
// Where no answer was read there may be a text all the same.
const describeNone = ({ status, steps }) => {
  const said = steps?.at?.(-1)?.completions?.[0]?.text;
  return `(${status === "done" ? t("no answer") : status}) ${typeof said === "string" ? said : ""}`;
};
const describe = (kept) => {
  const { setup, answer, error } = kept.run;
  const text = (value) => (typeof value === "string" ? value : "").replace(/\s+/g, " ").trim();
  const asked = text(setup?.task?.input);
  const technique = fixed.techniques[setup?.strategy] ?? text(setup?.strategy);
  return {
    title: `${technique}${asked && ": "}${asked.slice(0, 80)}`,
    answer: text(answer || error || describeNone(kept.run)).slice(0, 120),
    words: `${technique} ${asked} ${text(answer)}`.slice(0, 2000).toLowerCase(),
  };
};
const keep = async (text, at = new Date().toISOString(), name = "") => {
  const entry = { ...describe(JSON.parse(text)), at, name, size: 2 * text.length };
  return historyStore.add(entry, text, fixed.megabytes * MEGABYTE);
};
// Whether one of these has the same text: the numbers of both as this browser writes them.
const holdsText = async (entries, text) => {
  for (const { id } of entries) {
    if (JSON.stringify(JSON.parse((await historyStore.text(id)) ?? "null")) === text) return true;
  }
  return false;
};
const load = async () => {
  all = (await historyStore.list()).reverse();
  ticked = new Set(all.map(({ id }) => id).filter((id) => ticked.has(id)));
  draw();
};
const textOf = async (id) => {
  const text = await historyStore.text(id);
  if (text === undefined) throw Object.assign(new Error(), { words: t("This run is not there any more.") });
  return text;
};
const open = async (id) => {
  trigger("open_run", { kept: await textOf(id) });
  remember("shown", id);
};
// Two whole runs may be more than goes to a server at once, and the comparison is of words.
const withoutTokens = (text) => JSON.stringify(JSON.parse(text), (key, value) => (key === "tokens" ? [] : value));
const compare = async () => {
  const [first, second] = all.filter(({ id }) => ticked.has(id)).map(({ id }) => id).reverse();
  trigger("compare_runs", { first: withoutTokens(await textOf(first)), second: withoutTokens(await textOf(second)) });
};
const remove = async (id) => {
  await historyStore.remove([id]);
  rows.focus({ preventScroll: true }); // on the next Delete a second press would delete one more
  await load();
};
const removeAll = async () => {
  sure = !sure;
  if (!sure) {
    await historyStore.remove(all.map(({ id }) => id));
    setText(said, t("The history is empty."));
    await load();
  } else draw();
};
const takeAway = async () => {
  const parts = [];
  for (const { id, at, name } of [...all].reverse()) {
    parts.push(`{"at":${JSON.stringify(at)},"name":${JSON.stringify(name)},${(await textOf(id)).slice(1)}`);
  }
  const blob = new Blob(['{"runs":[', parts.join(",\n"), "]}"], { type: "application/json" });
  const link = el("a", { href: URL.createObjectURL(blob), download: "playground-history.json" });
  link.click();
  URL.revokeObjectURL(link.href);
};
const bringBack = async () => {
  const [chosen] = file.files;
  if (!chosen) return;
  let runs = null;
  if (chosen.size <= 4 * fixed.megabytes * MEGABYTE) {
    try {
      ({ runs } = JSON.parse(await chosen.text()));
    } catch { /* said below */ }
  }
  file.value = "";
  const fit = (Array.isArray(runs) ? runs : []).filter((kept) => kept?.run?.setup && Number.isInteger(kept.version));
  const there = await historyStore.list();
  let taken = 0;
  for (const { at, name, ...kept } of fit) {
    const text = JSON.stringify(kept), { words } = describe(kept);
    if (await holdsText(there.filter((entry) => entry.words === words), text)) continue;
    const when = Number.isNaN(Date.parse(at)) ? undefined : at;
    const id = await keep(text, when, typeof name === "string" ? name.slice(0, 60) : "");
    there.push({ id, words });
    taken += 1;
  }
  setText(said, fit.length ? t`${taken} of ${runs.length} runs were taken from the file.`
    + (taken < fit.length ? t` ${fit.length - taken} of them were here already.` : "")
    : t("This file holds no runs of the playground\u2019s; nothing was taken from it."));
  await load();
};
const rename = (entry, row) => {
  let over = false;
  const end = async (name) => {
    if (over) return; // what goes out of the page loses the focus, which is an end as well
    over = true;
    const typed = document.activeElement === input;
    if (name !== entry.name) await historyStore.rename({ ...entry, name });
    await load();
    if (typed) rows.querySelector(`[data-key="rename ${entry.id}"]`)?.focus();
  };
  const input = el("input", { type: "text", maxlength: 60, value: entry.name, "aria-label": t("Name of this run"),
    onkeydown: (event) => {
      if (event.key === "Enter") attempt(() => end(input.value.trim()));
      if (event.key !== "Escape") return;
      event.stopPropagation(); // which would stop a run
      attempt(() => end(entry.name));
    }, onblur: () => attempt(() => end(input.value.trim())) });
  row.replaceChildren(input);
  input.focus();
};
const drawRow = (entry) => {
  const title = entry.name || entry.title;
  const row = el("li", {});
  row.append(
    el("input", { type: "checkbox", "aria-label": t`Compare ${title}`, checked: ticked.has(entry.id), onchange: () => {
      ticked[ticked.has(entry.id) ? "delete" : "add"](entry.id);
      draw();
    } }),
    el("button", { type: "button", class: "history-open", "data-key": `open ${entry.id}`,
      onclick: () => attempt(() => open(entry.id)) },
    el("strong", { text: title }), el("span", { class: "facts", text: entry.answer }),
    el("span", { class: "facts", text: new Date(entry.at).toLocaleString() })),
    el("button", { type: "button", class: "quiet", text: t("Rename"), "aria-label": t`Rename ${title}`,
      "data-key": `rename ${entry.id}`,
      onclick: () => rename(entry, row) }),
    el("button", { type: "button", class: "quiet", text: t("Delete"), "aria-label": t`Delete ${title}`,
      onclick: () => attempt(() => remove(entry.id)) }));
  return row;
};
const draw = () => {
  const sought = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = ({ name, words }, word) => `${name.toLowerCase()} ${words}`.includes(word);
  const found = all.filter((entry) => sought.every((word) => has(entry, word)));
  redraw(rows, ...found.slice(0, MOST_ROWS).map(drawRow));
  const size = all.reduce((sum, entry) => sum + entry.size, 0) / MEGABYTE;
  setText(count, all.length ? (all.length === 1
    ? t`1 run, ${size.toFixed(1)} MB` : t`${all.length} runs, ${size.toFixed(1)} MB`) : "");
  setText(more, found.length > MOST_ROWS ? t`${found.length - MOST_ROWS} more; search for them.`
    : found.length || !all.length ? "" : t("No run has these words."));
  both.disabled = ticked.size !== 2;
  setText(clear, sure ? t`Really delete all ${all.length}` : t("Delete all"));
  clear.disabled = !all.length;
};
// A run begins, and what is left of it when it has ended is kept.
watch("value", () => attempt(async () => {
  const { phase, run } = props.value ?? {};
  remember("going", phase === "begun" ? "yes" : null);
  if (phase !== "ended") return setText(said, "");
  if (!run) return;
  remember("shown", await keep(run));
  await load();
}));
// After a reload the last run is on the screen again; one that went on has ended with the page.
attempt(async () => {
  if (recall("going")) {
    setText(said,
      t("The page was loaded anew while a run went on, and the run ended with it. Press Run to ask again."));
  }
  remember("going", null);
  await load();
  const shown = all.find(({ id }) => String(id) === recall("shown"));
  if (shown) trigger("show_run", { kept: await textOf(shown.id) });
});
