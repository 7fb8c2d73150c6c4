// The QR code that the server has drawn. By hand: Gradio's Image is given files, which a server keeps for a while.
const host = element.querySelector(".picture");
const draw = () => {
  const { picture = "", alt } = props.value ?? {};
  redraw(host, picture.startsWith("data:image/svg+xml") && el("img", { class: "class-picture", src: picture, alt }));
};
watch("value", draw);
draw();
