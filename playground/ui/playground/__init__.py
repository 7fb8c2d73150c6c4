"""The Playground tab: one setup, what is sent and what comes back.

preset_bar.py   Presets: load one with a click, take the form away as YAML, bring one back
tab.py          The Playground tab: one setup on the left, what is sent and what comes back on the right
"""
