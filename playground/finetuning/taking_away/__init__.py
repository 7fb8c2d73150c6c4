"""What a training left, to be taken away: its card, an archive, a merged model, or a repository at a hub.

card.py              All that is known of a training, as the README.md in the folder of what was learned
card_sections.py     The sections of such a card, each a function of what it is about
merge_command.py     Merges an adapter into its base on the command line
merge_process.py     Merges in a process of its own, followed as it goes on
merging.py           Puts an adapter into the weights of its base, as a model's folder that answers alike
packing.py           What was learned and its card as one archive
publish_command.py   Publishes what was learned at a hub, on the command line
publishing.py        Puts what was learned, with its card, into a repository of a hub
trl_command.py       Writes a training as a script for TRL on the command line
trl_script.py        A training as a script for TRL that needs no playground: the same rows, method and numbers
"""
