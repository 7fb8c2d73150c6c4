"""A chat: a tree of turns, of which one branch is shown and goes on as a setup.

chat_files.py   A branch as the messages of the chat completions protocol, or as Markdown, and back
going_on.py     An answer that goes on where its words end, by whatever technique asked for it
kept_chat.py    A chat as a link and a browser keep it, read again with every check
tree.py         A conversation as a tree of turns: said, answered anew, edited, taken out, and gone on from anywhere
"""
