"""Several trainings side by side: in what their recipes differ, what came of each, as a file, or in trackio.

history_command.py   Prints trainings side by side on the command line, and takes them away
outcome.py           What came of a training, in the figures by which trainings are compared
side_by_side.py      A table of trainings: what differs in their recipes, and what came of each
trackio_runs.py      Writes trainings into trackio, for those who have it
"""
