"""What a table of results says: of each column, of each pair, of the price, and in sentences.

Pure functions from a `Table`, also from one that still grows. `scores` turns it into arrays, `statistics` knows what
chance explains; nothing here asks a model or reads a file.

calibration.py    Does the stated probability keep its word? Of the answers given with 0.8, eight in ten should be right
comparisons.py    Columns compared on the same items, adjusted for how many comparisons were made
expectations.py   What an experiment says must hold, and whether it did
frontier.py       Quality against its price: which columns are worth it
resampling.py     Accuracy against number of paths, from the answers that a vote already has: no new call
scores.py         A table's scores as one array, so that everything said of them is arithmetic on whole columns
sentences.py      What was found, in plain sentences for people who never heard of a p
summary.py        What each column reached, at what price, and which items it solved
"""
