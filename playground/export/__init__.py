"""A setup leaves the playground as code: scripts that are put together from the techniques' own source.

What a technique does is what its script has to do. `assembly.py` takes the source of its `run` and of all that this
needs, makes of it what one would write by hand for this one setup, and drops the rest.

ask_openai.py      `ask` of a script that needs nothing but `openai`: its source is copied into scripts, and it never
                   runs here
ask_transformers.py  `ask` of a script that runs the model itself, with `transformers`: copied as well
assembly.py        Puts a script together: a technique's own procedure, and of everything else what that needs
comparison_script.py  One script for all panes of a comparison: what they have in common stands in it once
definitions.py     Finds the definitions that a piece of the playground's own code needs, by following its names
                   through imports
documents_of_script.py  The passages that a script searches, written into it
fold.py            Works out what is constant in a piece of code, and leaves out branches that cannot be taken
kinds.py            The kinds of code that a setup can be written as, and the one way to have it written
local_model.py     What a script is to know of the model of this machine that it will load itself
layout.py          Writes code out in lines that one can read: long ones are broken where their brackets are
names.py           The names in a script: while it is made each says where it comes from, in the end each is short
plain.py           Takes out of the playground's code what a script has no use for: types, generators, and what is for
                   the page
program_text.py    Writes a program out as text: in sections, each with its constants first, and what is needed at
                   once before it
python_script.py   A Python script that repeats a whole technique, with nothing but `openai`
servers.py         What a script is to know of the server that it will ask, from what was seen of the setup's own
single_call.py      A single call as code: for curl, and for JavaScript with `openai` for Node
specialise.py      Puts into functions what all their calls give alike, and takes out parameters that are not read
stand_ins.py       What an exported script has in place of the playground's own definitions of the same names
transformers_script.py  A Python script that repeats a whole technique on the model itself, with `transformers`
syntax.py          Small questions to a syntax tree: which names it reads, which value it has, which bodies are in it
unused.py          Takes out of code what nobody reads: variables that are only written, and fields of dataclasses
whole_script.py    Puts the script of a whole technique together, whoever is asked in it: a server, or a model
"""
