"""What a table of results says: of each column, of each pair, of the price, and in sentences.

Pure functions from a `Table`, also from one that still grows. `scores` turns it into arrays, `statistics` knows what
chance explains; nothing here asks a model or reads a file.
"""
