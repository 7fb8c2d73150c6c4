"""A Run as a view: the prompt, the answer, its steps, votes and tokens.

answer_values.py      The answer of a Run, its state and its measures as plain values for the page
continuing.py         Which tokens a text can go on from, and an output that takes another one
dialogue_values.py    Who spoke to whom in a conversation of agents, as plain values for the page
files.py              The two buttons that take what is shown away as a file: as JSON, or as a report
following.py          A run as a stream of page updates
framed_figure.py      The frame of every figure on the page: fonts, axes, and texts that are no markup
measures.py           What was measured in a run, in words with units
places.py             Which output of the last run, or which token of it, a click on the page is about
prompt_values.py      What will be sent, worked out from the form as one types
report_values.py      A run as a Markdown report: what was asked, every prompt and output, and what came of it
run_figure.py         Figures of a run: the entropy of its tokens and the votes of its paths
search_values.py      What a technique's own steps add up to: the changes from draft to draft, and the tree of a search
step_groups.py        How the steps of a run are told: what was asked at once is one step with many outputs
steps_values.py       What was sent and what came back, step by step, as plain values for the page
tokens_values.py      The tokens of an output, with their probabilities and alternatives, as plain values
views.py              The parts of the page that show a run: what is sent, the answer, the steps and the tokens
votes_and_tokens.py   Below the answer: how the vote went, and how sure the model was of every token
"""
