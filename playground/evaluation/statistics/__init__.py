"""What chance explains: intervals, paired comparisons, Holm's adjustment and how many items it would take.

Pure functions over numbers. An *item* is the unit that was drawn at random; where it was asked several times, its
values are averaged first, because answers to one question resemble each other and are no new evidence.
"""
