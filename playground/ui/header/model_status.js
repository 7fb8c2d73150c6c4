// One line about the chosen model. By hand: its dot shows the state, and what changes each second is not drawn anew.
const host = element.querySelector(".model_status");
const line = statusLine(host);
host.append(el("span", { class: "dot", "aria-hidden": "true" }), line.status);
const draw = () => line.show(props.value);
watch("value", draw);
draw();
