// What a run would take, or why it cannot be run as it is.
const host = element.querySelector(".estimate");
const draw = () => {
  const { text, wrong } = props.value;
  setText(host, text);
  host.hidden = !text;
  host.classList.toggle("missing", wrong);
};
watch("value", draw);
draw();
