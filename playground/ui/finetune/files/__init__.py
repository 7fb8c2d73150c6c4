"""What comes into the Fine-tune tab as a file, and what is taken away from it.

merge_panel.py    What was learned is put into the weights of its base, as a model's folder on this machine
recipe_files.py   A recipe taken away as YAML, and one opened from a file
take_away.py      What was learned, downloaded with its card
"""
