"""Rows to learn from: read, checked, parted, and shown as the model will see them.

encoding.py       Encodes a row as the model reads it, prompt and answer apart, with what the loss counts
kept_answers.py   Rows from answers that a model has given: those of an experiment that were right, and those of runs
own_rows.py       Reads training rows from data of one's own: tables of questions and answers, conversations, and
                  preferences
rows.py           Types of the rows that a model learns from, and their JSON lines
splits.py         Parts the rows by a seed into training, validation and held-out rows; what asks the same stays
                  together
tokenizers.py     Opens the tokenizer of a model by itself, to count and show tokens without its weights
token_view.py     Shows a row token by token, as the model reads it, with the part that the loss counts
checks/           Checks of the rows before anything is trained on them
writing/          Rows that a model writes: answers to given prompts, or more rows like a few examples
"""
