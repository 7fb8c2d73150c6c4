"""The Compare tab: one setup on several models side by side.

answers_values.py       A comparison -> what the panes show: whose words, what differs, what was found
examples.py             Comparisons that start with one click: a base against each adapter that comes with the
                        playground
form.py                 What all panes are asked: prompt, technique and sampling
labels.py               What a comparison's form calls its fields
measured_values.py      What was measured of a comparison -> tables and coloured tokens, as plain values
panel.py                The same prompt, technique and seed through several panes at once: only the weights
                        differ
panes.py                Which weights stand side by side: up to a cap of panes, each a model with or without an adapter
                        at a scale
panes_panel.py          The panes as rows of widgets: a model, an adapter and its scale each, added and removed up to a
                        cap
prompt_list_panel.py    A list of prompts through all panes: a table that grows row by row, to sort, search and take
                        away
prompt_list_values.py   A list of prompts and what every pane answered -> a table, one cell, and files
run.py                  A comparison as a stream of snapshots: the answers first, then what can be measured of them
tab.py                  The Compare tab: one setup on several models side by side, with one prompt or with a list of
                        them
"""
