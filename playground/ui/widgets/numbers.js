// A number that a slider does not go to stays as it was typed: Gradio would cut it without a word once one leaves the
// box. What is allowed is said by whoever reads the form, with the field's name, and the box is marked (`gradio.css`).
document.addEventListener("blur", (event) => {
  if (event.target.matches?.("input[data-testid=number-input]")) event.stopImmediatePropagation();
}, true);
