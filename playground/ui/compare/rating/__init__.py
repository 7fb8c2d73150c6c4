"""Rating answers blind: kept back until somebody has said which of two is better.

blind.py          Answers that are kept back until somebody has rated them, two at a time, without knowing whose they
                  are
blind_panel.py    Rating blind: two answers side by side without a name, which of them is better, and at the end whose
                  they were
blind_values.py   Ratings of answers whose panes are not named -> what is asked, what was found, and a file
"""
