"""A prompt-engineering playground: a `Setup` goes in, events stream out, a `Run` remains.

advice.py         What is known of a setup before it is run: sentences about settings from which no good answer can come
background.py     A generator in a thread of its own: work that is silent for long holds up neither the page nor Stop
comparison.py     Runs several setups side by side, all streaming at once: what differs between them is the caller's to
                  choose
completion.py     One sampled answer with its tokens, and the deltas by which it grows
csv_text.py       Writes tables as CSV in which no text can become a formula
deprecations.py   Hides libraries' deprecation warnings, which are for developers, from the terminal
documents.py      Reads and writes YAML files strictly, with the line of every error
errors.py         All errors that people are shown; each says what happened and what to do
experiment.py     `python -m playground.experiment`: runs an experiment without a page
formats.py        Writes counts, shares and durations as people read them
hosting.py        Defaults of the place that runs the app: a Space, its shared GPU, or a container
json_values.py    Turns any value into plain JSON, without numbers or text that JSON cannot hold
parameters.py     Declares a parameter once; sliders, validation, presets, API and tables derive from it
presets.py        Presets: setups in YAML files that hold only what differs from the defaults
prompts.py        The prompts that a setup will send, worked out without a model; an answer that is not there yet is a
                  gap in them
returning.py      A generator whose return value can be had after its items
sampling.py       How tokens are chosen: every parameter once, with its range, what it is for, and the kind of effect it
                  has
settings.py       Settings of whoever starts the app, read once from flags and `PLAYGROUND_*` variables
setups.py         Parses a setup from plain data and back, with the path of every error
task.py           What is asked, whatever the technique: the task with the rows of its fields, the messages that are
                  made of it, and how its documents are searched
types.py          The core types: a `Setup` goes in, `Delta`s stream, a `Run` remains
answer_forms/     Forms that an answer can be held to: what a person wrote, checked, and as llguidance takes it
backends/         Backends: what every model offers, and where models and adapters come from
chats/            A chat: a tree of turns, of which one branch is shown and goes on as a setup
classroom/        A class: a teacher, students without accounts, one assignment, and scores that say how sure they are
cli/              Experiments from the command line
evaluation/       Many setups side by side: data sets, scorers, plans, running, the store, statistics and reports
export/           A setup leaves the playground as code: scripts put together from the techniques' own source
finetuning/       The adapters and the classifier that come with the playground, and how they are made
functions/        Functions that a model may call: as a person lists them, and its calls, read and checked
lessons/          Short lessons that stay true: what each one claims is data, and is held against what happens on the
                  pinned model
retrieval/        Documents become passages, passages an index, and a question finds some of them
running/          One setup is run: what its technique asks for is sent, and all that comes back is written down
serving/          The models as a server: programs ask in OpenAI's protocol, and are answered by the same runs
skill_data/       Reviews, orders and answers written for this project: learned from here, asked there
sharing/          What leaves the playground and comes back to it: links, and runs that a browser keeps
strategies/       The techniques, in the order in which they are shown
tools/            What a technique may use besides a model: each tool is given a line of text, and answers with text
ui/               The page; the only folder that imports Gradio
"""
