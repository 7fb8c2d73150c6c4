"""The page; the only folder that imports Gradio.

app.py                The sitemap: header, then one tab after the other, and what crosses them
component_config.py   What Gradio tells a browser about each component, computed once and not once a session
links.py              Links to what a tab holds: copied from there, and opened in any other session
look.py               How the page looks: one accent, the system's fonts, and what is put into the page's head
quick_import.py       Imports Gradio without the stubs that it compares with its own code each time
serving.py            Serve the page until the process is told to end; then end what runs, and keep what was found
api/                  The contract for programs: setups and experiments in plain dicts, models and endpoints by name
chat/                 The Chat tab: a conversation of many turns with any model, and all its branches
classroom/            The Classroom tab: joining a class, a student's page, and the teacher's
compare/              The Compare tab: one setup on several models side by side
experiments/          The Experiments tab: many items in several ways, with the evidence
finetune/             The Fine-tune tab: train a model and see what it learned
gate/                 One gate in front of the app, through which every request comes before Gradio sees it
handlers/             What every handler of the page uses: errors, payloads, sessions and shares of the server
header/               The line above the tabs
language/             The page in the language of whoever reads it
learn/                The Learn tab: short lessons with a prediction before each trial, which is scored by what
                      happened
models/               The Models tab: load models and adapters, connect endpoints
playground/           The Playground tab: one setup, what is sent and what comes back
retrieval/            The Retrieval tab: documents of one's own, and what a search finds in them and why
run_view/             A Run as a view: the prompt, the answer, its steps, votes and tokens
sampling/             The Sampling tab: the next token, and a grid of settings
setup_form/           A Setup as widgets: the model, the task, the technique's options and sampling
widgets/              Parts that Gradio has no component for: each is `gr.HTML` with a fixed frame, data as its value
                      and a script
"""

from playground.ui.quick_import import import_gradio

import_gradio()
