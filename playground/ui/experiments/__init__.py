"""The Experiments tab: several techniques on many items, with the evidence.

column_editor.py        The editor of one column of an experiment: its name and wording, and the sections of a setup
columns_panel.py        The columns of an experiment as widgets: a list to tick, and the sections of a setup for the
                        one that is edited
data_changes.py         What follows from a change of the data: another set's card, or rows of one's own, read out
                        of a file or text
data_panel.py           What is asked: a data set that comes with the playground, with its card, or one's own from a
                        file or pasted
downloads.py            Taking an experiment away: the report with its figures, and every result as CSV and JSON
form.py                 The plan of an experiment as widgets: read into plain data for `experiments.parse`, and written
                        from an Experiment
form_values.py          Models, sampling settings and the scorer of an experiment, as lists and lines of text; what
                        other data resets
items_panel.py          Items by columns: filtered, sorted and sliced on the server; a click shows a cell's run and
                        opens it elsewhere
items_values.py         Items by columns -> a page of rows, filtered and sorted on the server
kept_plan.py            The plan is kept in the browser, and stands in the form again when the page is opened anew
labels.py               An experiment's paths in the words of its form: a person looks for a label, not for
                        `data.shots`
link.py                 An experiment's plan as the values of a link, without data of one's own, and back
own_rows.py             Rows of one's own as a session remembers them, and what is said of them
plan_changes.py         What follows from a change of a plan's form: what it would take, its text, what is out of
                        date, what is kept
plan_panel.py           A plan's form and what fills it: an experiment on offer, its text, a file, or what the browser
                        kept
plan_text.py            A plan as YAML: its box, the buttons that use, open and save it, and what is shown of many items
results_panel.py        What came of an experiment, in several views: each is computed when it is looked at, and while
                        it is looked at
run.py                  An experiment that runs: its table grows, Stop keeps what is there, and running it again asks
                        what is missing
run_panel.py            Running the plan that the form holds: results as they grow, Stop, and what the store has of it
                        after a reload
status_values.py        An experiment -> how far it is, what it would take, and what may be said of it
tab.py                  The Experiments tab: several techniques on the same items, and with what certainty one is better
                        than another
technique_rows.py       The columns of an experiment as the page holds them: each a technique with its settings, under
                        a number of its own
figures/                What came of an experiment, drawn: the only files of this tab that use plotly
"""
