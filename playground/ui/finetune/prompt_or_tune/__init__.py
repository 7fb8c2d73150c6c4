"""Prompt or tune?: one click, and the tab says for one task from when on a training is worth it.

panel.py                  The widgets: a task, a model, prices, and what is found
prompt_or_tune_values.py  What is known of both -> a table and sentences on the page
running.py                The comparison as it goes on, Stop, and prices that are changed afterwards
ways_figure.py            Scores against tokens, training time and examples, drawn
"""
