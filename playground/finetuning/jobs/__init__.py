"""Trainings that go on in a process of their own, one at a time, each with a folder that outlives it.

base_model.py      The model that a training begins with, and one that teaches it, loaded from where their files lie
deaths.py          How a training's process is asked to end, and why one ended that could not say so itself
ending.py          How a training's process comes to its end: it is written down, also when somebody asks early
events_file.py     What happens in a training, written down at once, a line of JSON each
job.py             A training as its folder keeps it: what it is, what happened in it, and how it ended
learned.py         What a training made, in the list of models: its name there, and how it is loaded and taken off
priority.py        How much of the processor a training takes, so that whoever asks meanwhile keeps most of it
standing.py        How a training stands, read anew from its folder whenever somebody looks
training_jobs.py   All trainings of this server: kept in folders, run one at a time, stopped, gone on with, deleted
turns.py           One training at a time in a process of its own: the others wait for their turn
worker.py          The process in which one training runs: python -m playground.finetuning.jobs.worker FOLDER CACHE
"""
