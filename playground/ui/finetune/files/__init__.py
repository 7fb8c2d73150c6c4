"""What comes into the Fine-tune tab as a file, and what is taken away from it.

recipe_files.py   A recipe taken away as YAML, and one opened from a file
take_away.py      What was learned, downloaded with its card
"""
