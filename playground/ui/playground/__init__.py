"""The Playground tab: one setup, what is sent and what comes back.

editing.py            The steps that a run goes on from: with an output rewritten, with another token taken, or from
                      where it broke off
preset_bar.py         Presets: load one with a click, take the form away as YAML, bring one back
run_panel.py          Running what the form holds: the answer streams, the one before it stays at hand, and what fails
                      wipes nothing
tab.py                The Playground tab: one setup on the left, what is sent and what comes back on the right
variables_panel.py    A table of values for the variables of the input, and which of its rows is sent
variables_values.py   Variables of a prompt: `{{name}}` in the input, and a small table with values for them
versions_panel.py     The versions of a prompt: what was changed between any two, what each answered, and a way back
versions_values.py    The versions of a prompt: one for each run that was asked otherwise than the one before, and what
                      differs in two
"""
