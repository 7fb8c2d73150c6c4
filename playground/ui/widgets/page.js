// Ctrl/Cmd+Enter runs, Esc stops, wherever the focus is: what is meant is the part of the page that is in sight. Each
// tab has an address. By hand: Gradio has no shortcuts, shows the same message as often as it comes, and leaves the
// address alone.
(() => {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  document.documentElement.dataset.keys = mac ? "mac" : "other";
  const announce = () => {
    const keys = { ".runs": mac ? "Meta+Enter" : "Control+Enter", ".stops": "Escape" };
    for (const [kind, key] of Object.entries(keys)) {
      for (const button of document.querySelectorAll(kind)) button.setAttribute("aria-keyshortcuts", key);
    }
  };
  const usable = (button) => !button.disabled && button.offsetParent !== null;
  // The nearest such button: the part of the page around the focus comes first.
  const press = (kind, from) => {
    for (let part = from; part; part = part.parentElement) {
      const button = [...part.querySelectorAll(kind)].find(usable);
      if (button) return button.click(), true;
    }
    return false;
  };
  document.addEventListener("focusin", announce);
  // A list that is searched by typing: what one types replaces the name that stands there.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.('input[role="combobox"]:not([readonly])')) setTimeout(() => event.target.select());
  });
  // A list opens at what is chosen: the first time, Gradio measures where that is before the list is in its place.
  const showChosen = () => {
    const list = document.querySelector("ul[role=listbox]");
    const chosen = list?.querySelector("[aria-selected=true]");
    if (chosen) list.scrollTop += chosen.getBoundingClientRect().top - list.getBoundingClientRect().top;
  };
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches?.("input[role=combobox]")) return;
    requestAnimationFrame(() => requestAnimationFrame(showChosen));
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (press(".runs", event.target)) {
        event.preventDefault();
        event.stopPropagation();
      }
    }
    // An open list closes first: Esc there is not meant for the run.
    const listed = event.target.getAttribute?.("aria-expanded") === "true";
    if (event.key === "Escape" && !listed) press(".stops", event.target);
  }, true);
  // The same words more than once are one message.
  new MutationObserver(() => {
    for (const list of document.querySelectorAll(".toast-messages")) {
      const said = new Set();
      for (const text of list.querySelectorAll("[data-testid=toast-text]")) {
        const item = text.parentElement;
        item.hidden = said.has(text.textContent);
        const line = item.previousElementSibling;
        if (line?.classList.contains("toast-separator")) line.hidden = item.hidden;
        said.add(text.textContent);
      }
      const count = list.parentElement.querySelector(".toast-count");
      if (count) count.hidden = said.size < 2;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  // Back goes to the tab before, and a reload stays where it was.
  // What a link brings for a tab stands behind an &: the tab itself takes it.
  const inAddress = () => location.hash.split("&")[0];
  const tabOf = (part) => `#${part.dataset.tabId}`; // the same in every language
  const openTab = (tabs) => {
    const tab = tabs.find((one) => tabOf(one) === inAddress()) ?? (location.hash ? null : tabs[0]);
    if (tab && tab.ariaSelected !== "true") tab.click();
  };
  const watchTabs = (strip) => {
    const tabs = () => [...strip.querySelectorAll("[role=tab]")];
    openTab(tabs());
    window.addEventListener("popstate", () => openTab(tabs()));
    new MutationObserver(() => {
      const chosen = tabs().find((one) => one.ariaSelected === "true");
      const first = !location.hash && chosen === tabs()[0];
      if (!chosen || first || tabOf(chosen) === inAddress()) return;
      history.pushState(history.state, "", location.pathname + location.search + tabOf(chosen)); // with its language
    }).observe(strip, { attributes: true, attributeFilter: ["aria-selected"], subtree: true });
  };
  const waiting = new MutationObserver(() => {
    const strip = document.querySelector("[role=tablist]");
    if (strip?.querySelector("[aria-selected=true]")) waiting.disconnect(), watchTabs(strip);
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
  // In one column the answer is below the form: go where things happen.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#run-button") || window.innerWidth > 1024) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.getElementById("answer")?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  });
})();
