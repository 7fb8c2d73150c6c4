"""Rows that a model writes, on the page: answers to prompts or more rows like a few, looked through by a person.

handlers.py   A model writes rows while one watches; each is kept or left out by the person before it is learned
panel.py      What a model is to write, and the rows that it wrote, each with a box: the widgets and what they hold
"""
