// Put at the end of Gradio's own script. By hand, because Gradio has no setting for it: it looks for a component by
// going through the tree of all of them, and for its events by going through all events, thousands of times while this
// page opens, and again at each event. Both stay as they are: nothing here is made anew while shown (by gr.render).
const placesOf = new WeakMap(); // by the list of the root's children: of each component its way down from the root
const namesOf = new WeakMap(); // by the list of all events: of each component the names of its own

function findComponent(root, id) {
  let places = placesOf.get(root.children);
  if (!places) {
    places = new Map();
    const note = (node, way) => {
      places.set(node.id, way);
      node.children.forEach((child, at) => note(child, [...way, at]));
    };
    note(root, []);
    placesOf.set(root.children, places);
  }
  return places.get(id)?.reduce((node, at) => node.children[at], root) ?? null;
}

function findEvents(component, events) {
  let names = namesOf.get(events);
  if (!names) {
    names = new Map();
    for (const event of events) {
      for (const [id, name] of new Map([...event.targets].reverse())) { // of several for one component the first
        if (name) names.set(id, [...(names.get(id) ?? []), name]);
      }
    }
    namesOf.set(events, names);
  }
  return names.get(component.id) ?? [];
}
