"""A search over recipes in the Fine-tune tab: what it goes over, its start, and its tries.

search_form.py    What a search goes over, as the form holds it, and as a file
search_panel.py   A search is started from the form, and its tries are shown as they come
search_values.py  Rows of a form -> what a search goes over, and back; tries -> a table
tries_figure.py   The tries of a search, drawn: the validation loss of each, and the lowest so far
"""
