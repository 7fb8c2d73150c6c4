// Runs before Gradio's own scripts. By hand, because Gradio has no setting for it: to draw a page, and at each event,
// it searches the tree of all components again and again, which on a page of this size is most of the work.

{ // a scope of its own: nothing of it stands in the page's
  // The events never change. Svelte watches every plain list, each value through a proxy, but none of another class.
  class FixedList extends Array {}
  // At the end of any event its inputs would be told that their stream has ended, and from then on at every event.
  class Inputs extends FixedList {
    includes() { return false; }
  }
  // Before any event its targets would be asked for settings that only streams have.
  class Targets extends FixedList {
    map() { return []; }
  }
  // Nor does what a component began with, of which each that is shown has its own copy.
  class Fixed {}
  const { components } = window.gradio_config;
  for (const part of components.flatMap((component) => [component, component.props])) {
    Object.setPrototypeOf(part, Fixed.prototype);
  }
  Object.setPrototypeOf(components, FixedList.prototype);
  Object.setPrototypeOf(window.gradio_config.dependencies, FixedList.prototype);
  for (const event of window.gradio_config.dependencies) {
    Object.setPrototypeOf(event.inputs, Inputs.prototype);
    Object.setPrototypeOf(event.targets, Targets.prototype);
  }
}
