// Runs before Gradio's own scripts. By hand, because Gradio shows the answer of a handler also in a field into which
// somebody has typed since the handler was asked: on a busy server letters would be lost. What was typed last stays.
// And Gradio shows the last news of a run once more when it is over, though something newer may stand there by then.

const newerStays = (() => { // for the script that reads the stream of answers
  const UNCHANGED = { __type__: "update" };
  const { components, dependencies } = window.gradio_config;
  const inputs = components.filter(({ type }) => type === "textbox" || type === "number");
  const fields = new Map(); // by the name of its element, the field's number
  for (const { id, props } of inputs) {
    props.elem_id ||= `field-${id}`; // Gradio gives a name to no element by itself
    fields.set(props.elem_id, id);
  }
  const typed = new Map(); // by the field's number, when somebody last typed into it
  document.addEventListener("input", (event) => {
    let part = event.isTrusted ? event.target : null; // what a script has put there was not typed
    while (part && !fields.has(part.id)) part = part.parentElement;
    if (part) typed.set(fields.get(part.id), performance.now());
  }, true);

  const withoutValue = (news) => {
    const { value: _, ...others } = news?.__type__ === "update" ? news : UNCHANGED;
    return others;
  };
  const questions = new Map(); // by event, what was asked, when, and which of its answers are left out
  const early = new Set(); // events with news before it was known which they are: that is waited for, but not long
  const note = (event, handler, at) => {
    const asked = dependencies.find(({ id }) => id === handler);
    if (asked) questions.set(event, { outputs: asked.outputs, at, begun: early.delete(event), without: new Set() });
  };
  // A line of the stream without what would be written over something newer.
  const passOn = (line, kind, event) => {
    const asked = questions.get(event);
    if (!asked && kind === "process_generating") early.add(event);
    if (kind === "process_completed") early.delete(event);
    if (!asked || !["process_generating", "process_completed"].includes(kind)) return line;
    const over = kind === "process_completed", told = over && asked.begun; // all of it, as news
    const differs = !over && asked.begun; // from the second news on, only what has changed
    asked.begun = true;
    if (over) questions.delete(event);
    const late = (field) => typed.get(field) > asked.at;
    if (!told && !asked.outputs.some(late)) return line;
    const message = JSON.parse(line.slice("data: ".length)), data = message.output?.data;
    if (!data) return line;
    if (told) data.fill(UNCHANGED);
    else asked.outputs.forEach((field, at) => {
      if (!late(field)) return;
      const first = !asked.without.has(field);
      data[at] = !differs ? withoutValue(data[at]) : first ? [["replace", [], UNCHANGED]] : [];
      asked.without.add(field);
    });
    return `data: ${JSON.stringify(message)}`;
  };
  return { note, passOn };
})();
