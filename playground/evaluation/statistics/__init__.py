"""What chance explains: intervals, paired comparisons, Holm's adjustment and how many items it would take.

Pure functions over numbers. An *item* is the unit that was drawn at random; where it was asked several times, its
values are averaged first, because answers to one question resemble each other and are no new evidence.

adjust.py      Many comparisons: some look good by chance alone
intervals.py   95 % intervals of one mean: of shares that are right, and of scores between 0 and 1
paired.py      Two ways of asking the same items: is the difference more than chance explains?
power.py       How many items it would take to tell a difference of some size
"""
