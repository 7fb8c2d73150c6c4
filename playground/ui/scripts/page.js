// Ctrl/Cmd+Enter runs, Esc stops, wherever the focus is: what is meant is the part of the page that is in sight.
(() => {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  document.documentElement.dataset.keys = mac ? "mac" : "other";
  const announce = () => {
    document.getElementById("run-button")?.setAttribute("aria-keyshortcuts", mac ? "Meta+Enter" : "Control+Enter");
    document.getElementById("stop-button")?.setAttribute("aria-keyshortcuts", "Escape");
  };
  const usable = (id) => {
    const button = document.getElementById(id);
    return button && !button.disabled && button.offsetParent !== null ? button : null;
  };
  const press = (...ids) => {
    const button = ids.map(usable).find(Boolean);
    button?.click();
    return Boolean(button);
  };
  document.addEventListener("focusin", announce);
  // A list that is searched by typing: what one types replaces the name that stands there.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.('input[role="combobox"]:not([readonly])')) setTimeout(() => event.target.select());
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const own = event.target.closest?.(".halves.sweep") ? ["sweep-button"] : [];
      if (press(...own, "run-button", "read-button", "compare-button", "list-button", "experiment-button")) {
        event.preventDefault();
        event.stopPropagation();
      }
    }
    // An open list closes first: Esc there is not meant for the run.
    if (event.key === "Escape" && event.target.getAttribute?.("aria-expanded") !== "true") press("stop-button", "sweep-stop", "compare-stop", "list-stop", "experiment-stop");
  }, true);
  // The same words more than once are one message.
  new MutationObserver(() => {
    for (const list of document.querySelectorAll(".toast-messages")) {
      const said = new Set();
      for (const text of list.querySelectorAll("[data-testid=toast-text]")) {
        const item = text.parentElement;
        item.hidden = said.has(text.textContent);
        item.previousElementSibling?.classList.contains("toast-separator") && (item.previousElementSibling.hidden = item.hidden);
        said.add(text.textContent);
      }
      const count = list.parentElement.querySelector(".toast-count");
      if (count) count.hidden = said.size < 2;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  // In one column the answer is below the form: go where things happen.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#run-button") || window.innerWidth > 1024) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.getElementById("answer")?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  });
})();
