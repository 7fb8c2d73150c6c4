// Keeps this browser's place in a class, and takes what a link brings behind the # of the address: a join code, or the
// teacher's secret, which is kept for this window alone. By hand: Gradio tells no handler what stands there, and its
// own storage is not read in a tab that nobody has opened. What is to be forgotten is the place that this page has, and
// no other: an old teacher's link does not cost a student the place, and another window may have joined anew.
const KEPT = {
  seat: { storage: () => localStorage, key: "playground-class-seat" },
  teacher: { storage: () => sessionStorage, key: "playground-class-teacher" },
};
const now = { seat: "", teacher: "" };
const kept = ({ storage, key }) => {
  try {
    return storage().getItem(key) ?? "";
  } catch { // a browser that keeps nothing for this site
    return "";
  }
};
const keep = (kind, value) => {
  const { storage, key } = KEPT[kind];
  now[kind] = value;
  try {
    value ? storage().setItem(key, value) : storage().removeItem(key);
  } catch { /* then the place lasts as long as the page */ }
};
const arrive = () => {
  const [tab, ...rest] = location.hash.split("&");
  const given = new URLSearchParams(rest.join("&"));
  if (rest.length) history.replaceState(history.state, "", location.pathname + location.search + tab);
  if (given.get("teach")) keep("teacher", given.get("teach").slice(0, 200));
  for (const kind in KEPT) now[kind] = kept(KEPT[kind]) || now[kind];
  const brought = { ...now, code: (given.get("join") ?? "").slice(0, 100) };
  if (Object.values(brought).some(Boolean)) trigger("arrive", brought);
};
window.addEventListener("hashchange", () => location.hash.includes("&") && arrive());
watch("value", () => {
  const { forget = [], ...places } = props.value ?? {};
  for (const kind in KEPT) if (places[kind]) keep(kind, places[kind]);
  for (const kind of forget) kept(KEPT[kind]) === now[kind] ? keep(kind, "") : (now[kind] = "");
});
arrive();
