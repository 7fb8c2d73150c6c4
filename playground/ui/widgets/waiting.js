// What a run waits for: asked of the server a moment after the click, and again as long as it waits.
// By hand: Gradio shows a place in line only over the part that the run will change, and not to a screen reader.
const host = element.querySelector(".waiting");
const text = el("span", { class: "facts", role: "status" });
const leave = fixed.leave && el("button", { type: "button", class: "quiet stops", text: fixed.leave,
  onclick: () => trigger("leave") });
host.append(text, leave || "");
const SOON = 300, AGAIN = 1000; // milliseconds: most runs begin sooner
let timer = 0;
// What is asked for may be over before an answer to the asking comes: Gradio's page knows of its end first.
const goesOn = () => window.runsGoing?.[fixed.line] > 0;
const look = (delay) => {
  clearTimeout(timer);
  if (props.value.phase !== "asked" && props.value.phase !== "waiting") return;
  timer = setTimeout(() => {
    if (!goesOn()) return;
    trigger("look");
    look(AGAIN); // an answer that says the same as before does not arrive here
  }, delay);
};
const draw = () => {
  const { phase, text: words } = props.value;
  const waits = phase === "waiting" && goesOn();
  setText(text, phase === "waiting" && !waits ? "" : words);
  host.hidden = !text.textContent;
  if (leave) leave.hidden = !waits;
  look(phase === "asked" ? SOON : AGAIN);
};
watch("value", draw);
draw();
