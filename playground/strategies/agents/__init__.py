"""A conversation of agents: who is in it, who speaks next, what each sees, and when it ends.

choosing.py   Who speaks next: the next of the round, whom a moderator names, or whom the person names
endings.py    When a conversation of agents ends, and what of it is the answer
members.py    Who takes part in a conversation of agents: what must hold of them, and which weights speak for them
panel.py      Panel: agents converse, by turns, as a moderator chooses or as the person says
speaking.py   One agent's message: what it is shown, which tools it uses, and what the person writes
"""
