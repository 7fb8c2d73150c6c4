"""The Playground tab: one setup, what is sent and what comes back.

code_panel.py         What the form holds as code, to go on with elsewhere: a script of the whole technique, or a
                      single call
draft.py              What the form holds as plain data, and back: kept in the browser while one types, in a link,
                      and with each run
editing.py            The steps that a run goes on from: with an output rewritten, with another token taken, or from
                      where it broke off
history_panel.py      The history: every run of this browser, kept there and nowhere else
history_values.py     Runs of the history: the text of what was asked and answered, and what differs in two of them
past_runs.py          Runs of the history are shown again: opened with what the form held, compared, or put back after a
                      reload
preset_bar.py         Presets: load one with a click, take the form away as YAML, bring one back
run_files.py          A run is taken away as a file: as JSON, which the history takes in again, or as a report
run_panel.py          Running what the form holds: the answer streams, the one before it stays at hand, and what fails
                      wipes nothing
tab.py                The Playground tab: one setup on the left, what is sent and what comes back on the right
variables_panel.py    A table of values for the variables of the input, and which of its rows is sent
variables_values.py   Variables of a prompt: `{{name}}` in the input, and a small table with values for them
"""
