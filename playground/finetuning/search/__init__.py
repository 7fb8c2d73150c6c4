"""A search over recipes: several are tried, judged by the validation part, and the best of them once by the sealed one.

proposing.py        Which values are tried next: all of a grid, some at random, or what Optuna makes of those before
search_command.py   Searches over recipes on the command line, as the Fine-tune tab does
search_file.py      A recipe and a search over it, in one file
space.py            What a search goes over: some numbers of a recipe, each with values or a range
telling.py          What is said of a search: of its tries, and of the one that won
trying.py           Trains by one recipe after the other, and keeps the weights of the best
"""
