"""Findings from a table of results: summaries, comparisons, costs, and sentences about them.

Pure functions from a `Table`, also from one that still grows. `scores` turns it into arrays, `statistics` knows what
chance explains; nothing here asks a model or reads a file.

calibration.py    Calibration of stated confidence: reliability bins, expected calibration error and Brier score
comparisons.py    Compares columns on the same items, adjusted for the number of comparisons
expectations.py   Checks an experiment's expectations against its results
frontier.py       The cost frontier: columns that no other beats in both quality and price
resampling.py     Accuracy against number of paths, computed from the paths of votes that were stored
scores.py         A table's scores as one array of columns, items and repetitions
sentences.py      Findings as plain sentences for readers without statistics
summary.py        Summaries of each column and each item: scores, tokens, seconds and cost
"""
