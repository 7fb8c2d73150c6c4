// Links to the page in its other languages. By hand: the choice that Gradio has itself is of its own words alone.
const host = element.querySelector(".languages");
const link = ([code, name]) => {
  const node = el("a", { lang: code, hreflang: code, text: name, href: "", onclick: () => {
    const query = new URLSearchParams(location.search); // what else the address says stays in it
    query.set(fixed.asked, code);
    node.href = `${location.pathname}?${query}${location.hash}`;
  } });
  node.href = `?${fixed.asked}=${code}`;
  return node;
};
host.append(...Object.entries(fixed.languages).filter(([code]) => code !== navigator.language).map(link));
