"""One setup is run: what its technique asks for is sent, and all that comes back is written down as it comes.

asking.py         The door through which a technique asks: models, tools and people
first_answers.py  What the default model answered to the first examples, kept for whoever comes while it loads
refusals.py       What a setup asks for and its model would ignore is refused by name
runner.py         Runs a technique on a model and yields the run as it grows
transcript.py     Collects a run while it grows, and gives frozen snapshots of it
"""
