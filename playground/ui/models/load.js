// What a load is doing, with its Stop; the last words stay until the next load. By hand: a bar beside its words.
const host = element.querySelector(".load");
const line = statusLine(host, { label: t("Progress of the load"), moving: ["loading"] });
const stop = el("button", { type: "button", class: "quiet", text: fixed.stop,
  onclick: () => trigger("stop") });
host.append(el("div", { class: "load-head" }, line.status, stop), line.bar, line.live);
const draw = () => {
  const now = props.value;
  line.show(now);
  host.hidden = now.phase === "idle";
  stop.hidden = now.phase !== "loading";
};
watch("value", draw);
draw();
