"""A Setup as widgets: the model, the task, the technique's options and sampling.

check.py            Whether what the form holds could be run, found out without running it
fields.py           Widgets from dataclass fields, and back: what the form holds becomes the dict that `setups.parse`
                    checks
form.py             The form: every widget that a setup is made from
labels.py           A setup's paths in the words of the Playground's form: a person looks for a label, not for
                    `task.input`
model_choice.py     Which weights answer: a model, and of one that has adapters perhaps one of them, at a scale
sampling_panel.py   Sampling: what differs from the defaults in sight, presets one click, the controls one more
technique_card.py   A technique's card: what it does and what speaks against it in one line, the rest one click away
used_fields.py      Which fields make a difference under what a form holds: the others are neither shown nor sent
"""
