"""Documents become passages, passages an index, and a question finds some of them.

answering.py     What the search tool answers: numbered passages, or why there are none
chunking.py      Cuts texts into passages between paragraphs, sentences or words, with their places kept
collections.py   The collections that come with the playground, each with questions that it answers and some it does not
embedding.py     The interface of whatever turns texts into vectors, and vectors that are made bit by bit
fusion.py        Fuses two rankings into one by their ranks, each with its weight
index.py         An index over passages: by words, by meaning, and by both
library.py       What one session can search: the collections for all, and documents of its own
metrics.py       How well passages are found: recall, reciprocal rank and nDCG, and how much that says
nearest.py       The passages nearest to a question: exactly, in memory, or in a Qdrant server
passages.py      Texts, passages, questions and hits, as data
places.py        Where passages and a question lie, in two components
word_index.py    Finds passages by their words (BM25), and says which words found them
reading/         Files of strangers, read in a process of their own within limits
"""
