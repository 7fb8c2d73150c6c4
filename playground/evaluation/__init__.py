"""Many setups side by side: data sets, scorers, plans, running, the store, statistics and reports.

columns.py         The columns of an experiment: techniques x models x draws, under names that tell them apart
differences.py     What one text has that another has not, word by word
experiments.py     Experiment <-> plain dict and YAML: strict, every error with its path and line
grid.py            An experiment on a data set: the Setup of each of its cells
likelihood.py      How likely one model's words are to another: perplexity, and token by token what an adapter changed
plan.py            An experiment as data: what is asked, in which ways, of which models, and how it is judged
prompt_table.py    A list of prompts through several models: a row a prompt, a column a pane
results.py         What an experiment gives: a result per cell, and the table they grow in
shipped_words.py   Which experiments hold only words that come with the playground, so that their answers say nothing of
                   who asked
sweep.py           One prompt under a grid of temperatures and top-p: how much the answers vary, and at what price
datasets/          The data sets an experiment can ask: those that come with the playground, and one's own
findings/          What a table of results says: of each column, of each pair, of the price, and in sentences
own_data/          Items from data of one's own: CSV, JSON lines, a JSON list, an Excel workbook, or pasted rows
report/            An experiment to take away: a report to read, its figures, and the results as a table, as JSON and to
                   run again
running/           An experiment is run: what is known is read, what is missing is asked, all of it is scored as it
                   comes
scorers/           All scorers, in display order
statistics/        What chance explains: intervals, paired comparisons, Holm's adjustment and how many items it would
                   take
store/             Runs that were made, by the hash of all that determines them: SQLite in WAL mode, for many threads
                   and processes
"""
