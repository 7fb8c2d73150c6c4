// A sentence, such as what a run would take or why it cannot be run; nothing while there is none. By hand: as it is, in
// gr.Markdown it would be read as Markdown.
const host = element.querySelector(".words");
if (fixed.spoken) host.setAttribute("role", "status");
const draw = () => {
  const { text, wrong } = props.value;
  setText(host, text);
  host.hidden = !text;
  host.classList.toggle("missing", wrong);
};
watch("value", draw);
draw();
