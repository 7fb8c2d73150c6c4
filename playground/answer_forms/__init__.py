"""Forms that an answer can be held to: what a person wrote, checked, and as the library that enforces it takes it.

What enforces them is `llguidance`: it says of every token whether an answer that begins so can still come to the form.

form.py      A form as it is written, checked: a JSON schema, an example, labels, a regular expression, a grammar
grammars.py  Has llguidance build a form within fixed limits, on bytes, and says whether a text has it
joined.py    Counts what must hold of one text at once, which costs twice as much with each
repeats.py   Counts how often a grammar repeats what its rules and terminals repeat already: no limit on one of them
             sees that
schemas.py   A JSON schema: counted before anything is built, nothing outside of it referred to, or made from an example
"""
