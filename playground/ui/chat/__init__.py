"""The Chat tab: a conversation of many turns with any model, and all its branches.

chat_form.py           Who answers in a chat, under which system message and settings, and what is left out of a long
                       one
chat_link.py           A chat as the values of a link and of the browser's memory, and of a setup of the Playground
chat_values.py         A chat as plain values for the page: the turns of a branch, and the tree of all branches
chat_view.py           The parts of the Chat tab, and updates that show a chat in them
files_panel.py         A chat is taken away as a file, and one is opened
following_changes.py   What follows from a change of the chat or of how it is asked: what is sent next, what of it is
                       cut, what is kept
tab.py                 The Chat tab: the conversation on the left, how it is asked and what is sent on the right
talking.py             Sending what is typed, answering anew and going on: the answer streams into the chat
turn_acts.py           What a click on a turn does that asks no model: edit, delete, go back to it, show a branch, its
                       tokens
"""
