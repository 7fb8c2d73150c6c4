// The models that rows can have, for all of them to offer. By hand, and apart from them: what is in a row's value goes
// to the server with every change, and there may be a thousand models.
const host = element.querySelector(".offered_models");
host.hidden = true;
const tell = () => {
  window.offeredModels = props.value;
  host.replaceChildren(el("datalist", { id: "offered-model-titles" },
    ...props.value.models.map((model) => el("option", { value: model.title }))));
  document.dispatchEvent(new CustomEvent("offered-models"));
};
watch("value", tell);
tell();
