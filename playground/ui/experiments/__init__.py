"""The Experiments tab: several techniques on many items, with the evidence.

calibration_figure.py   Whether confidence keeps its word: how often answers given with some confidence are right
column_editor.py        The editor of one column of an experiment: its name and wording, and the sections of a setup
columns_panel.py        The columns of an experiment as widgets: a list to tick, and the sections of a setup for the
                        one that is edited
data_panel.py           What is asked: a data set that comes with the playground, with its card, or one's own from a
                        file or pasted
downloads.py            Taking an experiment away: the report with its figures, and every result as CSV and JSON
figure_style.py         What the figures of an experiment share: colours, axes, names and numbers as they are written
form.py                 The plan of an experiment as widgets: read into plain data for `experiments.parse`, and written
                        from an Experiment
form_values.py          Models, sampling settings and the scorer of an experiment, as lists and lines of text; what
                        other data resets
items_panel.py          Items by columns: filtered, sorted and sliced on the server; a click shows a cell's run and
                        opens it elsewhere
items_values.py         Items by columns -> a page of rows, filtered and sorted on the server
labels.py               An experiment's paths in the words of its form: a person looks for a label, not for
                        `data.shots`
ladder_figure.py        The columns of an experiment as bars with their intervals: the ladder
model_grid_figure.py    Techniques by models and sampling settings: a heat map of means
own_rows.py             Rows of one's own as a session remembers them, and what is said of them
paths_figure.py         Accuracy against the number of paths that vote, resampled from the stored ones
plan_panel.py           Plans are loaded, written as YAML and taken from the Playground, with an estimate of what
                        running one would take
price_figure.py         Quality against what it takes: tokens, time or money, and the frontier of what nothing else
                        beats for less
results_panel.py        What came of an experiment, in several views: each is computed when it is looked at, and while
                        it is looked at
run.py                  An experiment that runs: its table grows, Stop keeps what is there, and running it again asks
                        what is missing
status_values.py        An experiment -> how far it is, what it would take, and what may be said of it
tab.py                  The Experiments tab: several techniques on the same items, and with what certainty one is better
                        than another
technique_rows.py       The columns of an experiment as the page holds them: each a technique with its settings, under
                        a number of its own
"""
