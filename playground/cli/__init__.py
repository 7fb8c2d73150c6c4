"""Experiments from the command line.

experiment.py   Runs an experiment from the command line, with the store that the page uses
terminal.py     Shows an experiment in a terminal: its progress and a table of its columns
watch.py        Watches weights on the command line: an experiment is asked again, and a drop beyond chance is an alarm
"""
