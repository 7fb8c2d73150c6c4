"""A class: a teacher, students without accounts, one assignment at a time, and scores that say how sure they are.

assignment.py   An assignment: an experiment, what of it may be changed, items seen and sealed, and limits
board.py        The leaderboard of a class, from what its members did
budget.py       A student's budget of tokens, charged in every tab
class_file.py   The file of SQLite in which classes are kept
classes.py      The classes of a server: begun, found by code or by secret, changed and deleted
clock.py        The time of day, which does not jump while the server runs
codes.py        Join codes, secret links, nicknames, and how often somebody may guess
export.py       All that a class has made, as CSV and JSON
items.py        Which items are seen and which are sealed, and the experiments that ask them
laboratory.py   The class as laboratories: everybody's estimate of one difference, and all together
leaderboard.py  Places with intervals: what the evidence cannot tell apart shares a place
members.py      The members of classes: nickname, place, budget and draft
records.py      What is kept of a class: itself, its members, their looks at scores and what they submitted
rows.py         Rows of the file of classes: its tables, and what a row says as data
running.py      Runs of a member within the budget, and the sealed items for the teacher
seats.py        Who a secret lets in: the teacher of a class, or one of its members
store.py        All that is kept of classes, and what this server remembers of them while it runs
work.py         What members have done: looks at scores, and what they handed in
"""
