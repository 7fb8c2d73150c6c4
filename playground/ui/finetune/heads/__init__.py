"""Task heads on small encoders, on the page: trained, measured, tried, and a reward model at work.

best_of_n_panel.py   Best of n beside the base and what was tuned, as a reward model judges them: the widgets
drawing.py           Answers are drawn and judged, to one prompt or to rows that the reward model has not learned
panel.py             What a head is to do, on which rows and on which encoder: the widgets and what they hold
section.py           The part of the Fine-tune tab for heads: laid out and wired
training_heads.py    A head is begun as any other training is, and tried on a text once it is trained
values.py            What came of a head -> tables and sentences on the page
"""
