"""The Fine-tune tab: train a model and see what it learned.

checking.py           Checks the rows that a training would learn from, before it does
comparing.py          What was learned is loaded into the list of models, and opened in Compare beside its base
curves_figure.py      The curves of a training, drawn: loss of training and validation, gradient and learning rate
data_panel.py         What a model is to learn from: data that comes with the playground, how much, what is kept apart
estimating.py         What a training would take, said while its form is filled in
form.py               What is to be trained, as the tab's form holds it: a model, data, a recipe and a title
history_panel.py      All trainings of this visitor: looked at again, side by side, and deleted
in_place.py           Work that has begun says how it ends where its result would stand: stopped, or failed and why
labels.py             Errors in the words of the form of a training: a label, not `recipe.rate`
limits.py             How much may be trained here: on a shared server what is allowed
own_rows_panel.py     Rows of one's own to learn from: opened or pasted, with the words around each and what is kept of
                      answers
probes_values.py      What probes found -> tables and sentences on the page
probing.py            What training did besides: the base and what was learned are probed, and what is found is kept
                      with it
recipe_panel.py       How it is to learn: the method with its card, and the numbers of the recipe
row_checks_panel.py   What checks found in the rows, and how the model will see them: the widgets
row_checks_values.py  What checks found in rows, and rows token by token -> what the page shows of them
running_panel.py      A training that somebody looks at: how it goes, its curves and answers, what can be done with it
stages.py             How far something is, in the language that is spoken
tab.py                The Fine-tune tab: what a model learns from, how, and what comes of it while one looks
training_values.py    A training -> what the page shows of it
weights_values.py     The weights that can be chosen: every model that writes text, alone and with each adapter
watching/             Watching weights: looks at them over time, and the alarm when their scores drop
search/               A search over recipes: what it goes over, its start, and its tries
files/                What comes into the tab as a file, and what is taken away from it
held_out/             What was learned on sealed items, against its base: scores with intervals
prompt_or_tune/       Prompt or tune?: one click, and the tab says for one task from when on a training is worth it
writing/              Rows that a model writes: answers to prompts or more rows like a few, looked through by a person
heads/                Task heads on small encoders, and a reward model with best of n
"""
