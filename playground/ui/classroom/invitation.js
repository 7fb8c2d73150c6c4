// How to join, in letters for a projector: the code, the address, and a link to copy. By hand: only the browser knows
// under which address it reached this server.
const host = element.querySelector(".invitation");
// With the language that the page was asked for: the class reads it as the teacher does.
const language = new URLSearchParams(location.search).get("lang");
const asked = language ? `?lang=${encodeURIComponent(language)}` : "";
const onThisComputer = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const address = (rest, origin = location.origin) => `${origin}${location.pathname}${asked}#classroom&${rest}`;
// Others reach a teacher's own computer by its address in their network, which the server says.
const forOthers = (host) => onThisComputer && host ? location.origin.replace(location.hostname, host) : location.origin;
let drawn = "";
const draw = () => {
  const { code, host: name, teacher, words } = props.value ?? {};
  const join = code && address(`join=${code.replace("-", "")}`, forOthers(name));
  if (join && join !== drawn) trigger("draw_invitation", { link: (drawn = join) });
  const secret = teacher && address(`teach=${teacher}`);
  redraw(host,
    code && el("p", { class: "class-code", text: code }),
    join && el("p", { class: "class-link" }, el("span", { text: join }), copyButton(() => join)),
    secret && el("p", { class: "class-link secret" }, el("span", { text: words }), copyButton(() => secret)));
};
watch("value", draw);
draw();
