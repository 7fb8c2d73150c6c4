// A heat map of real buttons: arrow keys walk over the cells, the chosen cell's answers stand below. By hand: gr.Plot
// tells no click, and its cells cannot be reached with the keyboard.
const host = element.querySelector(".sweep_map");
let measure = props.value.measures[0].key;
let chosen = null;

const line = statusLine(host);
const parts = {
  empty: el("p", { class: "facts empty", text: t("Run the sweep to see how much the answers vary, and where.") }),
  unit: el("p", { class: "facts unit" }), low: el("span"), high: el("span"),
  grid: el("div", { class: "heat" }), answers: el("section", { class: "answers", "aria-live": "polite" }),
};
const switches = el("div", { class: "measures", role: "group", "aria-label": t("Colour by") },
  el("span", { class: "facts", text: t("Colour by") }),
  ...props.value.measures.map(({ key, label }) => el("button", { type: "button", class: "quiet", text: label,
    "data-key": key, onclick: () => { measure = key; draw(); } })));
const scale = el("div", { class: "heat-scale", "aria-hidden": "true" }, parts.low,
  ...[0, 1, 2, 3, 4, 5, 6].map((level) => el("span", { class: `h${level}` })), parts.high);
const map = el("div", { class: "map" },
  switches, parts.unit, el("div", { class: "heat-frame" }, parts.grid), scale, parts.answers);
host.append(
  el("div", { class: "pane-head" }, el("h2", { text: t("Answers over temperature and top-p") }), line.status),
  el("div", { class: "pane-body" }, line.error, parts.empty, map, line.live));

let shape = "";
let buttons = [];
const build = ({ temperatures, top_ps }) => {
  const columns = top_ps.length;
  buttons = temperatures.flatMap((_, row) => top_ps.map((_, column) => {
    const at = row * columns + column;
    return el("button", { type: "button", onclick: () => { chosen = at; draw(); } });
  }));
  walkWithArrows(temperatures.map((_, row) => buttons.slice(row * columns, (row + 1) * columns)));
  chosen = null;
  parts.grid.replaceChildren(el("table", {},
    el("thead", {},
      el("tr", {}, el("td"), el("th", { class: "axis", colspan: columns, scope: "colgroup", text: t("Top-p") })),
      el("tr", {}, el("th", { class: "axis", scope: "col", text: t("Temperature") }),
        ...top_ps.map((p) => el("th", { scope: "col", text: p })))),
    el("tbody", {}, ...temperatures.map((temperature, row) => el("tr", {},
      el("th", { scope: "row", text: temperature }),
      ...top_ps.map((_, column) => el("td", {}, buttons[row * columns + column])))))));
};
const place = (at, { temperatures, top_ps }) =>
  t`Temperature ${temperatures[Math.floor(at / top_ps.length)]}, top-p ${top_ps[at % top_ps.length]}`;
const drawAnswers = (now) => {
  const cell = now.cells[chosen];
  parts.answers.hidden = !cell;
  if (!cell) return;
  const where = place(chosen, now);
  parts.answers.replaceChildren(
    el("h3", { text: where }, el("span", { class: "facts", text: t` \u00b7 ${cell.done} of ${cell.of} answers` })),
    el("ul", {}, ...cell.groups.map((group) => {
      const alone = group.texts.length === 1 && group.texts[0].text === group.answer;
      return el("li", {}, el("strong", { dir: "auto", text: group.answer || t("(nothing)") }),
        el("span", { class: "times", text: ` \u00d7 ${group.count}` }),
        !alone && el("ul", {}, ...group.texts.map((text) => el("li", {},
          el("span", { dir: "auto", text: text.text || t("(nothing)") }),
          text.count > 1 && el("span", { class: "times", text: ` \u00d7 ${text.count}` })))));
    })));
};
const draw = () => {
  const now = props.value;
  const { measures, temperatures, top_ps, cells } = now;
  line.show(now);
  parts.empty.hidden = now.phase !== "empty";
  map.hidden = !cells.length;
  if (!cells.length) return;
  if (shape !== `${temperatures}/${top_ps}`) {
    shape = `${temperatures}/${top_ps}`;
    build(now);
  }
  for (const button of switches.querySelectorAll("button")) {
    button.ariaPressed = button.dataset.key === measure;
    button.classList.toggle("strong", button.dataset.key === measure);
  }
  const { label, unit, low, high } = measures.find(({ key }) => key === measure);
  setText(parts.unit, `${label}: ${unit}`);
  setText(parts.low, low);
  setText(parts.high, high);
  const going = now.phase === "waiting" || now.phase === "running"; // afterwards, what is not there does not come
  cells.forEach((cell, at) => {
    const shown = cell.shown[measure];
    buttons[at].className = shown ? `heat-cell h${shown.level}` : "heat-cell waiting";
    buttons[at].ariaPressed = at === chosen;
    setText(buttons[at], shown ? shown.text : going ? "\u2026" : t("none"));
    const said = shown ? `${inSentence(label)} ${shown.text}` : going ? t("no answer yet") : t("no answer");
    buttons[at].ariaLabel = t`${place(at, now)}: ${said}. Show the answers.`;
    buttons[at].title = t`${cell.done} of ${cell.of} answers`;
  });
  drawAnswers(now);
};
watch("value", draw);
draw();
