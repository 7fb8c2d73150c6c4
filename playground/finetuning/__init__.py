"""The adapters and the classifier that come with the playground, and how they are made.

__main__.py          Trains the adapters and the classifier that come with the playground, or checks them, and commands
                     for one's own
answering.py         Greedy answers of a model to many prompts, in batches of plain `generate`
cards.py             Writes and reads the model card beside trained weights
check_command.py     Checks rows to learn from on the command line, and shows some as the model will see them
figures.py           Held-out figures: the share of answers that pass each measure, with its interval
make_adapter.py      Trains an adapter for a skill and writes its folder, measured before and after
probe_command.py     Probes an adapter, or a whole model, against the default model on the command line
reading.py           Reads the data files beside this module: items from JSON lines, word lists and patterns from YAML
recipe.py            The numbers of a training recipe
shipped_weights.py   Lists the adapters and the classifier that come with the playground
tiny_classifier.py   A sentiment classifier of a megabyte and a half: a two-layer BERT
training.py          Low-rank adaptation
vocabulary.py        Makes a small tokenizer and word vectors from a language model's vocabulary
preparation/         Rows to learn from: read, checked, parted, and shown as the model will see them
probes/              What training did besides what it was to do: probes of weights before and after, each a
                     generator that can be closed
skills/              The skills that adapters teach, in the order in which they are shown
"""
