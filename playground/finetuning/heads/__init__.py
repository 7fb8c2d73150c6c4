"""Heads for one task on small encoders: labels of texts or of words, answers in a passage, and what is preferred.

A head is trained as any other training is: in the queue, in a process of its own.

best_of_n.py   Best of n: a model answers a prompt several times, and a reward model says which answer is shown
built_in.py    The rows that heads can learn from at once: reviews, orders, and answers in a pirate's voice
card.py        What the README beside the weights of a head says
encoding.py    Rows as an encoder reads them, and the loss of a batch of them
kept.py        What came of a head, kept beside its weights, and all heads that were trained here
kinds.py       The kinds of heads, in the order in which they are offered, each with its card
making.py      Makes a head from its plan: measured, trained, measured again
on_rows.py     Base, best of n and tuned on rows that the reward model has not learned, with intervals
own.py         Reads rows of one's own for a head: JSON lines, or a table
plan.py        What is trained and how, each number declared once, and what came of it
rows.py        Types of the rows that heads learn from, and their JSON lines
scoring.py     How good a head is on rows that it has not learned, with intervals: asked as it is used afterwards
training.py    Trains a head, and the encoder below it where that is wanted
"""
