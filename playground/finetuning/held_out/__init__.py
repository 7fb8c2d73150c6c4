"""What a model scores on items that it has not learned: the sealed part of a task, asked in several ways.

answering.py       Has a part asked to its end, by the experiments' engine: what is stored is not asked again
asked.py           What is asked of an adapter and of its base: of a built-in task, or of rows of one's own
command.py         Compares an adapter with its base on sealed items, on the command line
judging.py         What an adapter scores on the sealed part against its base, each asked bare and with prompts
kept.py            Keeps what the sealed part said beside what was learned, and counts how often it was looked at
own_part.py        The sealed part of one's own rows: what is asked, and how answers like theirs are scored
prompt_search.py   Tries prompts on the validation part and takes the best; how many were tried is told
report.py          Writes what the sealed part said as Markdown, for a terminal and for the card of an adapter
sealed_part.py     A task with its sealed items, and the experiment that asks them with these prompts and weights
tasks.py           The tasks whose answers are scored by themselves: what of each can be learned, shown and asked
"""
