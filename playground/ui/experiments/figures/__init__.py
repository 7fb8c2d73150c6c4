"""What came of an experiment, drawn: the only files of this tab that use plotly.

calibration_figure.py   Whether confidence keeps its word: how often answers given with some confidence are right
figure_style.py         What the figures share: colours, axes, names and numbers as they are written
ladder_figure.py        The columns of an experiment as bars with their intervals: the ladder
model_grid_figure.py    Techniques by models and sampling settings: a heat map of means
paths_figure.py         Accuracy against the number of paths that vote, resampled from the stored ones
price_figure.py         Quality against what it takes: tokens, time or money, and the frontier of what nothing else
                        beats for less
"""
