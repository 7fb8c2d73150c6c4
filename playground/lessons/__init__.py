"""Short lessons that stay true: what each one claims is data, and is held against what happens on the pinned model.

__main__.py   `python -m playground.lessons check [FOLDER]`: holds lessons against what happens on the default model
checking.py   Holds what lessons claim against what happens: each trial is run, and every claim is looked at
claims.py     A claim of a lesson, as data that can be held against what came out
lesson.py     A lesson: its texts in one language, and what it lets one predict, try and answer
outcome.py    What came of a lesson's trial: for each setup an answer, or how many items it got right
reading.py    Reads a lesson from its Markdown file, with the line of every error
running.py    Runs what a lesson tries, with the same code that Compare and Experiments use
scoring.py    Scores a prediction against what happened: a point for the right choice, and up to one more for how much
shelf.py      The lessons of a folder in one language; where a translation is missing the original stands in, and says
              so
trial.py      What a lesson lets one try: a setup, several side by side, or a small experiment; presets are taken by
              name
"""
