"""Many setups side by side: data sets, scorers, plans, running, the store, statistics and reports.

columns.py              The columns of an experiment, each a technique on a model with sampling settings, and their
                        names
differences.py          Compares two texts word by word
experiments.py          Parses and writes experiments as YAML, with path and line of every error
grid.py                 The grid of an experiment: one setup for each item in each column
likelihood.py           How likely one model finds another's answer: perplexity, and what an adapter changed per token
pane_estimate.py        What a comparison would take: calls, tokens, time and cost of all its panes, before any is asked
plan.py                 An experiment as data: items, techniques, models, sampling settings and a scorer
preferences.py          Which of two answers people prefer: pairs to rate blind, and what the ratings say of each two
                        panes
prompt_differences.py   What two setups send differently: their prompts, request by request and message by message
prompt_table.py         Runs a list of prompts through several panes, as a table with a row for each prompt
repetitions.py          What panes answered when each was asked several times: equal answers together, agreement, and
                        right or wrong
results.py              The results of an experiment: one for each cell, in a table that grows
shipped_words.py        Finds out whether an experiment holds only text that comes with the playground
sweep.py                Asks one prompt at a grid of temperatures and top-p, to see how much the answers vary
datasets/               The data sets an experiment can ask: those that come with the playground, and one's own
findings/               Findings from a table of results: summaries, comparisons, costs, and sentences about them
own_data/               Items from data of one's own: CSV, JSON lines, a JSON list, an Excel workbook, or pasted rows
report/                 Writes the files of a report: pages, figures, and results as CSV, JSON and YAML
running/                Runs an experiment: reads stored answers, asks for missing ones, and scores all
scorers/                All scorers, in display order
statistics/             Statistics: intervals, paired comparisons, Holm's adjustment and the number of items needed
watching/               A saved experiment asked again and again of the same weights: scores over time, and an alarm
store/                  The store of finished runs, by a hash of all that determines them, in SQLite for many processes
"""
