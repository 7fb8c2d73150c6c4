// Keeps this browser's place in a class, and takes what a link brings behind the # of the address: a join code, or the
// teacher's secret, which is kept for this window alone. By hand: Gradio tells no handler what stands there, and its
// own storage is not read in a tab that nobody has opened. What is to be forgotten is the place that this page has, and
// no other: an old teacher's link does not cost a student the place.
const SEAT = "playground-class-seat", TEACHER = "playground-class-teacher";
const kept = (storage, key) => {
  try {
    return storage().getItem(key) ?? "";
  } catch { // a browser that keeps nothing for this site
    return "";
  }
};
const keep = (storage, key, value) => {
  try {
    value ? storage().setItem(key, value) : storage().removeItem(key);
  } catch { /* then the place lasts as long as the page */ }
};
const local = () => localStorage, session = () => sessionStorage;
let now = "";
const arrive = () => {
  const [tab, ...rest] = location.hash.split("&");
  const given = new URLSearchParams(rest.join("&"));
  if (rest.length) history.replaceState(history.state, "", location.pathname + location.search + tab);
  if (given.get("teach")) keep(session, TEACHER, given.get("teach"));
  now = given.get("teach") || kept(session, TEACHER) || kept(local, SEAT) || now;
  trigger("arrive", { secret: now.slice(0, 200), code: (given.get("join") ?? "").slice(0, 100) });
};
window.addEventListener("hashchange", () => location.hash.includes("&") && arrive());
watch("value", () => {
  const { seat, teacher, forget } = props.value ?? {};
  now = seat || teacher || now;
  if (seat) keep(local, SEAT, seat);
  if (teacher) keep(session, TEACHER, teacher);
  if (!forget) return;
  if (kept(local, SEAT) === now) keep(local, SEAT, "");
  if (kept(session, TEACHER) === now) keep(session, TEACHER, "");
  now = "";
});
arrive();
