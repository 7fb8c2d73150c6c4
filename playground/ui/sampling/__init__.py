"""The Sampling tab: the next token, and a grid of settings.

next_token_panel.py    The distribution of the next token, as it was read: settings are tried on it without asking
                       the model again
next_token_reading.py  The next token is read, chosen and appended: whatever asks the model again for what follows
next_token_values.py   What sampling settings make of a distribution, as plain values, tables and words
number_list.py         A parameter that is a list of numbers, typed on one line
question.py            What both parts of the Sampling tab ask: one prompt to one model, and how a token is chosen
reading.py             A next-token distribution that was read once, and what can be done with it without asking the
                       model again
sweep_panel.py         One prompt over a grid of temperatures and top-p: a heat map that fills while the answers come
sweep_values.py        A sweep as a heat map, as tables and as the answers of each cell
tab.py                 The Sampling tab: the next token under any settings, then whole answers over a grid of settings
token_clicks.py        Which candidate for the next token a click on the page is about
"""
