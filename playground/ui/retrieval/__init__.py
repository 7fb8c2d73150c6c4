"""The Retrieval tab: documents of one's own, and what a search finds in them and why.

documents_panel.py   Documents of one's own: pasted or opened, kept in the session and forgotten with it
map_figure.py        Passages and a question on a map of two components, drawn
passages_values.py   What a search found, as plain values: passages with both scores, and documents with their cuts
search_panel.py      The widgets of a search in documents, and how they are read
searching.py         A question is looked for while it is typed and while the settings move, without asking a model
tab.py               The Retrieval tab: documents on the left, and what is found in them on the right
"""
