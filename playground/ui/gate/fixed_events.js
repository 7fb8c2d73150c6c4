// Runs before Gradio's own scripts. Svelte watches every plain list that Gradio gives it, each value of it through a
// proxy; to draw a page, Gradio then goes through all events of the page for each of its components. The events never
// change: as a list of another class they are left unwatched.
Object.setPrototypeOf(window.gradio_config.dependencies, (class FixedList extends Array {}).prototype);
