// One cell of a table, whole. By hand: the copy button of gr.Textbox stands inside its label and takes the label's
// name, so that the text itself has none.
const host = element.querySelector(".cell_view");
const copy = copyButton(() => props.value.text);
const prompt = el("p", { class: "facts" });
const text = el("div", {
  class: "text", dir: "auto", tabindex: "0", role: "region", "aria-label": t("The whole cell") });
host.append(el("div", { class: "side-head" }, prompt, copy), text);
const draw = () => {
  const now = props.value;
  host.hidden = !now.text;
  setText(prompt, now.prompt);
  setText(text, now.text);
};
watch("value", draw);
draw();
