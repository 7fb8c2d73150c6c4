"""What several techniques are made of.

actions.py            Reads the action that a model names in its reply: `Action 1: Calculator[3 * 4]`, and what models
                      make of that form
calls.py              How many completions a technique asks a model for, as far as that is known before it has asked
card.py               The card of a technique, which stands beside it wherever it is chosen
checks.py             What a task must have for what is asked of it, refused by name before anything is sent
constraints.py        What an answer must not do, in the words of a prompt, and whether it does: words, length, format
material.py           The material of a task: fenced behind its input, by a marker that occurs in neither
passages.py           Numbered passages in a prompt: read back, and sentences of an answer looked up in them
points.py             Reads the points of a list out of a reply: one for each numbered line, bullet or line, and no more
                      than wanted
replies.py            Reads the answer of a reply, and explains why there is none
reranking.py          Puts passages in the order of how likely a model finds the question after each
shards.py             A question told in pieces: what is asked, then what one has to know, a sentence each
step_ask.py           `ask` for one step of a chain: what its technique asks is named after the step, and builds on what
                      the step does
templates.py          Fills templates in one pass: `{name}` of known names and nothing else
voting.py             Counts votes over answers of several reasoning paths
window.py             What of a conversation is left out where it is longer than the window
"""
