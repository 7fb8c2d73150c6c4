"""The Learn tab: short lessons with a prediction before each trial, which is scored by what happened.

learn.css           How a lesson and what came of its trial look
lesson_panel.py     The widgets of one lesson, and what they hold of it
lesson_values.py    A lesson and what came of its trial as plain values
outcome.js          What came of each setup: its answer, or how many items it got right
progress_values.py  What a browser keeps of one's way through the lessons, read as strictly as a setup
tab.py              The Learn tab: a list of lessons, and the one that is open
trying.py           A trial as it runs, its score, and the ways out into other tabs
turning.py          Another lesson, another language, and an answer to a lesson's question
"""
