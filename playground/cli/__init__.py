"""Experiments from the command line, and what is made before the page is published.

experiment.py     Runs an experiment from the command line, with the store that the page uses
first_answers.py  Asks the default model the first examples, and keeps its answers for whoever comes while it loads
terminal.py       Shows an experiment in a terminal: its progress and a table of its columns
watch.py          Watches weights: an experiment is asked again, and a drop beyond chance is an alarm
"""
