// A number that a slider does not go to stays as it was typed: whoever reads the form says what is allowed, with the
// field's name, and the box is marked (`gradio.css`). By hand: Gradio cuts it without a word once one leaves the box.
document.addEventListener("blur", (event) => {
  if (event.target.matches?.("input[data-testid=number-input]")) event.stopImmediatePropagation();
}, true);
