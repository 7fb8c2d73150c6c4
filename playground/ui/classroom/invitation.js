// How to join, in letters for a projector: the code, the address, and a link to copy. By hand: only the browser knows
// under which address it reached this server.
const host = element.querySelector(".invitation");
// With the language that the page was asked for: the class reads it as the teacher does.
const language = new URLSearchParams(location.search).get("lang");
const asked = language ? `?lang=${encodeURIComponent(language)}` : "";
const address = (rest) => `${location.origin}${location.pathname}${asked}#classroom&${rest}`;
let drawn = "";
const draw = () => {
  const { code, teacher, words } = props.value ?? {};
  const join = code && address(`join=${code.replace("-", "")}`);
  if (join && join !== drawn) trigger("draw_invitation", { link: (drawn = join) });
  const secret = teacher && address(`teach=${teacher}`);
  redraw(host,
    code && el("p", { class: "class-code", text: code }),
    join && el("p", { class: "class-link" }, el("span", { text: join }), copyButton(() => join)),
    secret && el("p", { class: "class-link secret" }, el("span", { text: words }), copyButton(() => secret)));
};
watch("value", draw);
draw();
