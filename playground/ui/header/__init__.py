"""The line above the tabs.

model_status.py   The line that says what the chosen model is doing
"""
