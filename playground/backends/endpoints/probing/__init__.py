"""Probes what an endpoint supports by trying each setting.

checks.py   Checks each feature by its effect on the answers, whatever the server says of it
probe.py    Probes a model: which settings it honours, since some servers accept and ignore them
trial.py    Asks a model short questions to see what a setting does
"""
