// One line about the chosen model.
const host = element.querySelector(".status");
const dot = el("span", { class: "dot", "aria-hidden": "true" });
const text = el("span");
host.append(dot, text);
const draw = () => {
  host.dataset.state = props.value.state;
  setText(text, props.value.text);
};
watch("value", draw);
draw();
