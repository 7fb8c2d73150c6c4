"""Statistics: intervals, paired comparisons, Holm's adjustment and the number of items needed.

Pure functions over numbers. An *item* is the unit that was drawn at random; where it was asked several times, its
values are averaged first, because answers to one question resemble each other and are no new evidence.

adjust.py        Holm-Bonferroni adjustment of p-values
intervals.py     95 % intervals of a mean: of shares that are right, and of scores from 0 to 1
paired.py        Tests whether two columns differ on the same items by more than chance
power.py         The number of items needed to detect a difference of a given size
reliability.py   The expected calibration error, and the bins of equal width that it is measured in
"""
