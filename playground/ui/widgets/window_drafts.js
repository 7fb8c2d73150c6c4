// Each window has a draft of its own. By hand: gr.BrowserState keeps one for all windows of a browser, so that of two a
// reload would fill one's form with what was typed in the other. What it keeps is written for this window as well, and
// read from there; a window that has kept nothing yet begins with what any of them wrote last.
(() => {
  const KEYS = ["playground-draft", "playground-comparison", "playground-plan", "playground-chat"];
  const { getItem: read, setItem: write } = Storage.prototype;
  const isDraft = (storage, key) => storage === localStorage && KEYS.includes(key);
  const attempt = (work) => {
    try {
      return work();
    } catch { // a browser that keeps nothing, as in a private window, or has no room
      return null;
    }
  };
  Storage.prototype.getItem = function getItem(key) {
    const own = attempt(() => (isDraft(this, key) ? read.call(sessionStorage, key) : null));
    return own ?? read.call(this, key);
  };
  Storage.prototype.setItem = function setItem(key, text) {
    attempt(() => isDraft(this, key) && write.call(sessionStorage, key, text));
    write.call(this, key, text);
  };
})();
