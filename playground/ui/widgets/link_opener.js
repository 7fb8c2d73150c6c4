// Opens the link that stands behind the # of the page's address, or in a file. By hand: Gradio tells no handler what
// stands there, and its buttons for files would put the file on the server.
const host = element.querySelector(".link_opener");
const root = document.documentElement;
const kindOf = (text) => Object.keys(fixed.events).find((kind) => text.startsWith(`${kind}=`));
const send = (text) => {
  const kind = kindOf(text);
  if (kind) trigger(fixed.events[kind], { link: text.slice(0, fixed.most + 1) });
  return Boolean(kind);
};
// A reload is to show what was typed since, so the link leaves the address; and only what is restored can be replaced.
const look = () => {
  const text = location.hash.slice(1), kind = kindOf(text);
  if (!kind || !root.dataset[`restored${kind}`]) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  send(text);
};
window.addEventListener("hashchange", look);
new MutationObserver(look).observe(root, { attributes: true });
look();

const said = el("span", { class: "facts", role: "status" });
const file = el("input", { type: "file", accept: ".txt", hidden: true, onchange: async () => {
  const text = (await file.files[0].slice(0, fixed.most + 1).text()).trim();
  file.value = "";
  setText(said, send(text) ? "" : t("This file holds no link of the playground\u2019s."));
} });
host.append(
  el("button", { type: "button", class: "quiet", text: t("Open a link from a file"), onclick: () => file.click() }),
  file, said);
