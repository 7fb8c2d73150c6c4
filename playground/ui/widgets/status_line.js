// What a part of the page is doing, told alike everywhere. By hand: gr.Markdown is drawn anew at each change of a
// number, and none of Gradio's components has a bar and a live region of its own.
// `moving` are phases whose bar moves while nobody knows how far it is.
const statusLine = (host, { label = t("Progress"), moving = [] } = {}) => {
  const parts = {
    status: el("span", { class: "status" }),
    bar: el("progress", { max: "1", "aria-label": label }),
    error: el("p", { class: "error", role: "alert" }),
    live: el("div", { class: "unseen", role: "status", "aria-live": "polite" }),
  };
  const show = (now) => {
    host.dataset.phase = now.phase;
    setText(parts.status, now.status);
    setText(parts.error, now.error);
    setText(parts.live, now.spoken);
    parts.error.hidden = !now.error;
    parts.bar.hidden = now.share === null && !moving.includes(now.phase);
    if (now.share === null) parts.bar.removeAttribute("value");
    else parts.bar.value = now.share;
  };
  return { ...parts, show };
};
