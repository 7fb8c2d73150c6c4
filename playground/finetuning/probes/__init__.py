"""What training did besides what it was to do: probes of weights before and after, each a generator that can be closed.

bias.py           Probes bias on minimal pairs: two texts that differ only in whom they speak of
calibration.py    Probes calibration: is the model as often right as it is sure, and did training change that?
figures.py        What a probe measured: figures before and after with their intervals, and sentences that say what they
                  mean
forgetting.py     Probes forgetting: how likely general prose still is, and how many simple questions are still answered
kept.py           Keeps what probes found beside what was learned: as data, and as the card of its folder
memorisation.py   Probes memorisation: are answers of the training rows completed word for word, more often than those
                  of unseen rows?
probe_data.py     Reads the texts, questions and pairs of the probes
reader.py         What a probe asks of weights: how likely a text is as an answer, and what they answer themselves
report.py         Writes what probes found as Markdown, for a terminal and for the card of an adapter
suite.py          Which probes suit the rows that something was trained on, in their order
"""
