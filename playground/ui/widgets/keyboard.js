// What Gradio's parts do not do for whoever has no mouse, by hand since they offer no way to ask for it. Parts of one
// thing are one stop of the Tab key, and the arrow keys walk among them: tabs, radio buttons (each of Gradio's has a
// name of its own) and whatever is a toolbar.
(() => {
  const usable = (node) => node.offsetParent !== null && !node.disabled;
  const STRIPS = "[role=tablist], [role=toolbar]";
  const members = (strip) =>
    [...strip.querySelectorAll(strip.role === "tablist" ? "[role=tab]" : "button")].filter(usable);
  // What may scroll: a stop, so that the arrow keys reach all of it, while there is more than is in sight.
  const SCROLLED = ".output, .thought, .answer > .text, .side > .text, .context, .fact dd, .answers ul, .frame, "
    + ".turns, .branches ul";
  let groups = 0;

  // Done as late as can be, just before the focus moves: whatever drew the page anew meanwhile is none of our business.
  const arrange = () => {
    for (const strip of document.querySelectorAll(STRIPS)) {
      const all = members(strip);
      const stop = all.find((one) => one === document.activeElement)
        ?? all.find((one) => one.ariaSelected === "true" || one.ariaCurrent === "true")
        ?? all.find((one) => one.tabIndex === 0) ?? all[0];
      for (const one of all) one.tabIndex = one === stop ? 0 : -1;
    }
    for (const radio of document.querySelectorAll("fieldset input[type=radio]")) {
      const group = radio.closest("fieldset");
      group.dataset.group ??= `group-${(groups += 1)}`;
      if (radio.name !== group.dataset.group) radio.name = group.dataset.group;
      const title = group.querySelector("[data-testid=block-info]")?.textContent.trim();
      if (title && !group.ariaLabel) group.ariaLabel = title;
    }
    for (const part of document.querySelectorAll(SCROLLED)) {
      const { overflowX, overflowY } = getComputedStyle(part);
      const longer = overflowY === "auto" && part.scrollHeight > part.clientHeight + 1;
      if (longer || (overflowX === "auto" && part.scrollWidth > part.clientWidth + 1)) part.tabIndex = 0;
      else if (part.getAttribute("tabindex") === "0") part.removeAttribute("tabindex");
    }
    for (const fold of document.querySelectorAll(".label-wrap")) {
      fold.ariaExpanded = String(fold.classList.contains("open"));
    }
    for (const link of document.querySelectorAll("a.skip")) link.hidden = !target(link);
  };

  const walk = (event) => {
    const strip = event.target.closest?.(STRIPS);
    if (!strip || !event.target.matches("button")) return;
    const all = members(strip);
    const at = all.indexOf(event.target);
    const [on, back, last] = [at + 1, at - 1, all.length - 1];
    const to = { ArrowRight: on, ArrowDown: on, ArrowLeft: back, ArrowUp: back, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    const next = all[(to + all.length) % all.length];
    event.preventDefault();
    next.focus();
    if (next.role !== "tab") return arrange();
    next.click();
    // Where there is too little room, the strip is laid out anew around the chosen tab.
    requestAnimationFrame(() => {
      strip.querySelector("[role=tab][aria-selected=true]")?.focus();
      arrange();
    });
  };

  // A list that opens: Gradio opens it for every key, also for the one that leaves it; puts the focus nowhere when
  // something is chosen by Enter; and after Esc does not open it again for a click.
  const isList = (node) => node.matches?.("input[role=combobox]");
  let chosen = null;
  const lists = (event) => {
    if (!isList(event.target)) return;
    if (["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) event.stopPropagation();
    // A long list scrolls, and what scrolls is a stop of its own, which is gone as soon as it is reached.
    document.querySelectorAll("ul[role=listbox]").forEach((list) => { list.tabIndex = -1; });
    chosen = event.key === "Enter" ? event.target : null;
  };
  document.addEventListener("pointerdown", () => { chosen = null; }, true);
  document.addEventListener("blur", ({ target, relatedTarget }) => {
    if (chosen !== target || relatedTarget) return;
    setTimeout(() => {
      target.focus({ preventScroll: true });
      chosen = null;
    });
  }, true);
  document.addEventListener("focus", (event) => {
    if (chosen === event.target) event.stopPropagation(); // it stays closed
  }, true);
  document.addEventListener("click", ({ target }) => {
    if (isList(target) && target.ariaExpanded === "false") target.dispatchEvent(new FocusEvent("focus"));
  });

  const target = (link) => [...document.querySelectorAll(link.dataset.to)].find(usable);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.skip");
    if (!link) return;
    event.preventDefault();
    target(link)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    lists(event);
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab" || event.key.startsWith("Arrow")) arrange();
    walk(event);
  }, true);
  document.addEventListener("focusin", arrange);
})();
