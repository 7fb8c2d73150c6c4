// Saves text as a file on the reader's side; nothing is written on the server.
const host = element.querySelector(".download");
if (fixed.caption) host.append(el("button", { type: "button", class: "quiet", text: fixed.caption, onclick: () => trigger("click") }));
watch("value", () => {
  if (!props.value) return;
  const link = el("a", { href: URL.createObjectURL(new Blob([props.value.text], { type: "text/plain" })), download: props.value.name });
  link.click();
  URL.revokeObjectURL(link.href);
});
