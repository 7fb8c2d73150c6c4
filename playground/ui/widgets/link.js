// Copies a link to what a tab holds, or saves it as a file where it is too long for an address. By hand: Gradio's own
// deep links keep what was typed on the server, and no component of its own knows the address of the page.
const host = element.querySelector(".link");
const shown = el("input", { type: "text", readonly: true, "aria-label": t("Link"), class: "link-text", hidden: true,
  onfocus: () => shown.select() });
const said = el("span", { class: "facts", role: "status" });
host.append(
  el("button", { type: "button", class: "quiet", text: fixed.caption, onclick: () => trigger("click") }), said, shown);
const save = (name, text) => {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
};
const copy = async (address) => {
  shown.value = address;
  try {
    await navigator.clipboard.writeText(address);
    setText(said, t("Copied. Whoever opens it sees what the form holds, but for keys and data of your own."));
  } catch { // refused, or no secure page
    setText(said, t("Copy it from here:"));
  }
};
watch("value", () => {
  if (!props.value) return;
  const { link, name } = props.value;
  shown.hidden = Boolean(name);
  if (!name) return copy(`${location.origin}${location.pathname}#${link}`);
  save(name, link);
  const [length, most] = [link.length, fixed.longest].map((count) => count.toLocaleString("en"));
  setText(said, t("Too long for a link ({0} characters; {1} is the most), so it is saved as a file. "
    + "Open a link from a file, at the foot of the page, opens it.", length, most));
});
