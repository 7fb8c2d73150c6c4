"""What a server can do, found out by trying each setting.

checks.py   How each feature shows in what a model answers: what changes nothing is ignored, whatever the server says
probe.py    What a model honours, found out by asking: some servers take a setting without an error and ignore it
trial.py    Short questions to a model, to see what it does with a setting
"""
