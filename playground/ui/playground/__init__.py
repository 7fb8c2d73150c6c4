"""The Playground tab: one setup, what is sent and what comes back.

editing.py      The steps that a run goes on from: with an output rewritten, with another token taken, or from where it
                broke off
preset_bar.py   Presets: load one with a click, take the form away as YAML, bring one back
run_panel.py    Running what the form holds: the answer streams, the one before it stays at hand, and what fails wipes
                nothing
tab.py          The Playground tab: one setup on the left, what is sent and what comes back on the right
"""
