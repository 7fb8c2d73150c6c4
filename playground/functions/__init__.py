"""Functions that a model may call: as a person lists them, and its calls, read out of its words and checked.

calls.py     The calls in a model's words: read, written as models write them, and checked against the functions
listing.py   Functions as a person lists them, as JSON: counted and checked, and as chat templates take them
"""
