// Who spoke to whom in a conversation of agents. By hand: Gradio has no graph, and a figure of plotly's is a part more
// that the page has to load.
const SVG = "http://www.w3.org/2000/svg";
const drawn = (tag, properties, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const times = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const graphNodes = ({ agents, arrows }) => {
  const [width, height, far] = [460, agents.length > 2 ? 250 : 110, 34];
  const place = new Map(agents.map((agent, at) => {
    const angle = Math.PI * (2 * at / agents.length - 1);
    return [agent.name, [width / 2 + 165 * Math.cos(angle), height / 2 + 88 * Math.sin(angle)]];
  }));
  const tip = drawn("marker", { id: "spoke-to", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
    orient: "auto" }, drawn("path", { d: "M0 0L8 4L0 8z" }));
  const lines = arrows.map(({ from, to, count }) => {
    const [[x, y], [u, v]] = [place.get(from), place.get(to)];
    const [long, bend] = [Math.hypot(u - x, v - y) || 1, 16];
    const [ex, ey] = [(u - x) / long, (v - y) / long];
    const [mx, my] = [(x + u) / 2 - bend * ey, (y + v) / 2 + bend * ex];
    const [begin, end] = [[x + far * ex, y + far * ey * 0.6], [u - far * ex, v - far * ey * 0.6]]
      .map(([a, b]) => `${a - 5 * ey} ${b + 5 * ex}`);
    const path = from === to
      ? `M${x - 14} ${y - 14}C${x - 40} ${y - 62} ${x + 40} ${y - 62} ${x + 14} ${y - 16}`
      : `M${begin}Q${mx} ${my} ${end}`;
    const label = drawn("text", { x: from === to ? x : mx, y: (from === to ? y - 54 : my + 4) });
    label.textContent = count;
    return drawn("g", {}, drawn("path", { d: path, "marker-end": "url(#spoke-to)", class: "arrow" }), label);
  });
  const nodes = agents.map((agent) => {
    const [x, y] = place.get(agent.name);
    const name = drawn("text", { x, y: y - 1, class: "name" });
    const facts = drawn("text", { x, y: y + 13, class: "facts" });
    name.textContent = agent.name.length > 16 ? `${agent.name.slice(0, 15)}\u2026` : agent.name;
    facts.textContent = times(agent.messages, "message");
    return drawn("g", {}, name, facts);
  });
  const told = arrows.map(({ from, to, count }) => (count === 1
    ? t`${from} was followed by ${to} 1 time` : t`${from} was followed by ${to} ${count} times`));
  return [
    drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${told.join("; ")}.` },
      drawn("defs", {}, tip), ...lines, ...nodes),
    el("p", { class: "facts", text: t("Everybody hears every message. An arrow goes from who spoke to who spoke "
      + "next, with how often.") }),
    el("ul", {}, ...agents.map((agent) => el("li", {
      text: `${agent.name}: ${times(agent.messages, "message")}, ${times(agent.tokens, "token")}` }))),
  ];
};
