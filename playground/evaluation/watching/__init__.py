"""A saved experiment asked again and again of the same weights: its scores over time, and an alarm when they drop.

alarms.py     Whether a look scores less than the reference by more than chance explains, however often one looks
kept.py       Keeps watches and their looks in the store of experiments
looking.py    Asks a watch's experiment anew, past all that was ever answered
looks.py      One look at a watch: when it was, and what every item of every column scored
schedule.py   Looks at watches again when they are due, one after the other, for as long as the app runs
telling.py    What is said of a look: of its scores, of drops, and by which rule that is decided
watch.py      A watch: an experiment, and the weights that it is asked of again and again
"""
