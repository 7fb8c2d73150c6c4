// Saves text, or bytes as base64, as a file on the reader's side. By hand: gr.DownloadButton writes it on the server.
const host = element.querySelector(".download");
if (fixed.caption) {
  host.append(el("button", { type: "button", class: "quiet", text: fixed.caption, onclick: () => trigger("click") }));
}
watch("value", () => {
  if (!props.value) return;
  const { name, text, base64 } = props.value;
  const content = base64 ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : text;
  const type = base64 ? "application/octet-stream" : "text/plain";
  const link = el("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
});
