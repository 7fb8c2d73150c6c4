"""Prompt or tune? One held-out part, asked with prompts and after trainings: what each way scores and takes.

command.py      Compares prompting and tuning on the command line
comparing.py    The comparison as it goes on: prompts are searched and asked, adapters trained and asked
costs.py        What each way costs, at which prices, and from how many answers on tuning is cheaper
known.py        What a comparison of prompting and tuning knows so far
plan.py         How much is asked, searched and trained, and with which recipes
queued.py       A training in its place in the queue, followed to its end; one that was done before is taken up
report.py       Writes a comparison as Markdown
trainings.py    What is trained for the comparison, in order
ways.py         What each way scored, took and needed
"""
