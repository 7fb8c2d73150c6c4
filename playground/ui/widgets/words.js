// A few words, such as what went wrong; nothing while there are none.
const host = element.querySelector(".words");
const draw = () => {
  setText(host, props.value);
  host.hidden = !props.value;
};
watch("value", draw);
draw();
