"""Experiments from the command line.

experiment.py   Run an experiment without a page, with the page's store: what that knows is not asked again
terminal.py     An experiment in a terminal: how far it is, and a table of its columns
"""
