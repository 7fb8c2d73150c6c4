"""A prompt-engineering playground: a `Setup` goes in, events stream out, a `Run` remains.

advice.py         What is known of a setup before it is run: sentences about settings from which no good answer can come
background.py     A generator in a thread of its own: work that is silent for long holds up neither the page nor Stop
comparison.py     One setup on several models side by side, all streaming at once: a pane is a model, perhaps with an
                  adapter
csv_text.py       Tables as CSV that a spreadsheet can open without running anything
deprecations.py   What libraries will drop is for whoever upgrades them, and never reaches the terminal of whoever runs
                  this
documents.py      YAML files that people write: read strictly, every error with its line, and written the way a person
                  would
errors.py         What can go wrong, told to the person it happened to
experiment.py     `python -m playground.experiment`: run an experiment without a page
hosting.py        What the place that runs the app decides: a Space, its shared GPU, or a container without a home
                  folder
json_values.py    Any value of ours as plain JSON: Gradio's writer breaks a program's connection over everything else
parameters.py     Declare a parameter once; sliders, validation, presets, API and tables all derive from it
presets.py        Presets: setups in YAML files, holding only what differs from the defaults
prompts.py        The prompts that a setup will send, worked out without a model; an answer that is not there yet is a
                  gap in them
returning.py      A generator whose return value can be had after its items
runner.py         Setup -> technique over model -> a Run that grows: the one place where both meet
sampling.py       How tokens are chosen: every parameter once, with its range, what it is for, and the kind of effect it
                  has
settings.py       What whoever starts the app decides: read once from flags and `PLAYGROUND_*`, then frozen
setups.py         Setup <-> plain dict, the one form that presets, links and the API share
transcript.py     A Run while it grows: mutable on the inside, frozen snapshots outside
types.py          The nouns: a `Setup` goes in, `Delta`s stream, a `Run` remains
backends/         What any model looks like from outside, and where models come from
cli/              Experiments from the command line
evaluation/       Many setups side by side: data sets, scorers, plans, running, the store, statistics and reports
finetuning/       The adapters and the classifier that come with the playground, and how they are made
strategies/       The techniques, in the order in which they are shown
ui/               The page; the only folder that imports Gradio
"""
