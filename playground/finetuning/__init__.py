"""The adapters and the classifier that come with the playground, and how they are made.

__main__.py          Make the adapters and the classifier that come with the playground, or check those that are there
answering.py         Greedy answers of a model to many prompts, a batch at a time, with plain `generate`
cards.py             The README.md beside shipped weights: front matter for programs, then the same in words and tables
                     for people
figures.py           Held-out figures: how many answers pass each measure, and how sure that share is
making.py            From a skill to a folder with its adapter and card: measure, train, save, measure what was saved
reading.py           Reads the data files beside this module: items from JSON lines, word lists and patterns from YAML
recipe.py            How an adapter is trained: the numbers alone, so that they can be shown without loading anything
shipped.py           What comes with the playground: adapters of the default model and a small classifier, as their
                     cards have them
tiny_classifier.py   A sentiment classifier of a megabyte and a half: a two-layer BERT (Devlin et al
training.py          Low-rank adaptation (Hu et al
vocabulary.py        A small tokenizer with a vector for each of its words, both taken from a language model's own
                     vocabulary
skills/              The skills that adapters teach, in the order in which they are shown
"""
