// The models that panes can have, for the rows to offer. By hand, and apart from them: what is in a row's value goes
// to the server with every change, and there may be a thousand models.
const tell = () => {
  window.paneModels = props.value ?? [];
  document.dispatchEvent(new CustomEvent("pane-models"));
};
watch("value", tell);
tell();
