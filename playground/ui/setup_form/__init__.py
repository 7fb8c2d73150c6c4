"""A Setup as widgets: the model, the task, the technique's options and sampling.

changes.py           What a person has changed between two setups, by the labels of the form's fields
check.py             Whether what the form holds could be run, found out without running it
fields.py            Widgets from dataclass fields, and back: what the form holds becomes the dict that `setups.parse`
                     checks
fixed_parts.py       Parts of the form that may not be changed, such as those of a class's assignment
form.py              The form of a whole setup, made of sections
labels.py            A setup's paths in the words of the Playground's form: a person looks for a label, not for
                     `task.input`
model_choice.py      Which weights answer: a model, and of one that has adapters perhaps one of them, at a scale
offered_encoders.py  The encoders of documents that a technique can search with: one list, for all forms of the page
                     that offer them
offered_models.py    The models and adapters that rows of their own can have: one list, for all tables of the page
                     that offer them
sampling_fields.py   A section of a form: sampling parameters, all or some of them
sampling_panel.py    Sampling: what differs from the defaults in sight, presets one click, the controls one more
task_fields.py       A section of a form: the parts of a task, each in a frame that hides it where nothing uses it
technique_card.py    A technique's card: what it does and what speaks against it in one line, the rest one click away
technique_fields.py  A section of a form: the technique, and the options of the one that is chosen
used_fields.py       Which fields make a difference under what a form holds: the others are neither shown nor sent
"""
