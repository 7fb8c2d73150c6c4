// Connected endpoints: what each offers, and what was seen to work. One block each, found again by its name. By hand:
// there are as many as a visitor connects, each with up to a thousand names that are searched in the page alone; a
// gr.render would make and keep a list, a table and handlers of each for every visitor.
const host = element.querySelector(".endpoints");
const WORKS = { yes: t("\u2713 yes"), no: t("\u2717 no"), unknown: t("? unknown") };
const FEW = 8; // names that need no search
const open = new Map(); // which lists are unfolded and what is searched for, kept between drawings

const head = (names) => el("thead", {},
  el("tr", {}, ...names.map((name) => el("th", { text: name, scope: "col" }))));
const checkRow = (check) => el("tr", { "data-works": check.works },
  el("td", { text: check.feature }), el("td", { class: "works", text: WORKS[check.works] }),
  el("td", {}, check.how, check.instead && el("span", { class: "instead", text: ` \u2014 ${check.instead}` })));
const checkTable = (one) => el("table", { class: "checks" },
  el("caption", { text: t`Seen on ${one.tried}` }),
  head([t("Feature"), t("Works"), t("How it was seen")]),
  el("tbody", {}, ...one.checks.map(checkRow)));

const modelList = (one) => {
  const kept = open.get(one.name) ?? { unfolded: one.models.length <= FEW, words: "" };
  open.set(one.name, kept);
  const list = el("ul", { class: "served", tabindex: "0", "aria-label": t`Models of ${one.name}` });
  const facts = el("p", { class: "facts", role: "status" });
  const show = () => {
    const words = kept.words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = one.models.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
    list.replaceChildren(...found.map((name) => el("li", { text: name })));
    setText(facts, words.length ? t`${found.length} of ${one.models.length}` : "");
  };
  const look = (event) => {
    kept.words = event.target.value;
    show();
  };
  const search = el("input", {
    type: "search", class: "search", placeholder: t("Find a model"), "aria-label": t`Find a model of ${one.name}`,
    value: kept.words, oninput: look,
  });
  const fold = (event) => {
    kept.unfolded = event.target.open;
  };
  show();
  return el("details", { open: kept.unfolded, ontoggle: fold },
    el("summary", { text: one.models.length === 1 ? t`${one.count}: choose it under Model`
      : t`${one.count}: choose them under Model` }),
    one.models.length > FEW && search, facts, list);
};

const endpoint = (one) => el("section", { "data-endpoint": one.name },
  el("div", { class: "pane-head" }, el("h3", { text: one.name }), el("span", { class: "facts", text: one.url }),
    el("button", {
      type: "button", class: "quiet", text: t("Disconnect"), "aria-label": t`Disconnect ${one.name}`,
      onclick: () => trigger("disconnect", { key: one.name }),
    })),
  modelList(one),
  el("div", { class: "check-frame", tabindex: "0", role: "region", "aria-label": t`What works on ${one.name}` },
    checkTable(one)));
const draw = () => {
  redraw(host, ...props.value.connections.map(endpoint));
  host.hidden = !props.value.connections.length;
};
watch("value", draw);
draw();
