// The box that is wrong is marked where it stands: by its field's name, and in a list by the row. By hand: Gradio has
// no such mark for its boxes.
const markInvalid = ([field, row]) => {
  for (const box of document.querySelectorAll("#form [aria-invalid]")) box.removeAttribute("aria-invalid");
  if (!field) return;
  const frame = document.querySelector(`#form .of-${CSS.escape(field)}`);
  const place = frame?.querySelectorAll(".row")[row] ?? frame;
  for (const box of place?.querySelectorAll("input, textarea, select") ?? []) box.setAttribute("aria-invalid", "true");
};
