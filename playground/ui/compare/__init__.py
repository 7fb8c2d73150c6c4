"""The Compare tab: several setups side by side.

answers_values.py       A comparison -> what the panes show: whose words, what differs, what was found
before_values.py        What is said of the panes before they are asked: what that takes, which cannot run, which can
                        say nothing new
code_panel.py           A comparison as code: one script that asks all panes, of a server or of the weights themselves
examples.py             Comparisons that start with one click: a base against each adapter that comes with the
                        playground
form.py                 What all panes are asked, as far as they have nothing of their own: prompt, technique and
                        sampling
form_changes.py         What follows from a change of the comparison's form: what it would take, what is out of date,
                        what is kept of it
labels.py               What a comparison's form calls its fields, in labels and in what is said of errors
link.py                 A comparison's form as the values of a link, and a link's values as the form
measured_values.py      What was measured of a comparison -> tables and coloured tokens, as plain values
pane_acts.py            What the buttons of one answered pane do: its messages, its setup elsewhere, asking it again,
                        stopping it alone
panel.py                Several setups answer one prompt at once: what starts that, and what shows it
panes.py                Which setups stand side by side: a row for each pane, up to a cap, of which one is the baseline
panes_panel.py          The panes as rows of one widget: technique, weights and sampling preset each, added and removed
                        up to a cap
prompt_list_panel.py    A list of prompts for all panes, as widgets: a table that grows row by row, to sort, search
                        and take away
prompt_list_run.py      A list of prompts goes through all panes; it takes as long as an experiment, so it has one of
                        their places
prompt_list_values.py   A list of prompts and what every pane answered -> a table, one cell, and files
rating/                 Rating answers blind: kept back until somebody has said which of two is better
repeated_values.py      Panes that were asked several times, or with a reference answer, and what panes are sent ->
                        plain values
repeating.py            How often each pane is asked, and what would be right: the fields, and what they may hold
run.py                  A comparison as a stream of snapshots: the answers first, then what can be measured of them
take_away.py            A comparison is taken away: as JSON without loss, or as a report in Markdown
tab.py                  The Compare tab: several setups side by side, with one prompt or with a list of them
"""
