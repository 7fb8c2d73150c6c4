// Runs before Gradio's own scripts. By hand, because Gradio has no setting for it: Svelte watches every plain list that
// it is given, each value through a proxy, and to draw a page Gradio goes through all of its events for each component.
// The events never change: as a list of another class they are left unwatched.
Object.setPrototypeOf(window.gradio_config.dependencies, (class FixedList extends Array {}).prototype);
