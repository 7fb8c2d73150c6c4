"""Merges an adapter into its base on the command line.

python -m playground.finetuning merge FOLDER --into NEW      FOLDER is that of a training, NEW will be a model

The new folder holds safetensors, config, tokenizer and card, and opens in the Models tab. It is loaded once to check
that it answers as the adapter does.
"""

from collections.abc import Sequence
from pathlib import Path

from playground.finetuning.command_line import parser_of
from playground.finetuning.taking_away.card import folder_of
from playground.finetuning.taking_away.merging import merge_into, merged_words
from playground.returning import Returning
from playground.settings import Settings


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("merge", __doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of a training")
    parser.add_argument("--into", type=Path, required=True, metavar="NEW", help="the folder of the model")
    arguments = parser.parse_args(argv)
    merging = merge_into(folder_of(arguments.folder), Settings.from_environment().cache, arguments.into)
    with Returning(merging) as work:
        for words in work:
            print(f"{words} ...", flush=True)
    print(merged_words(arguments.into, work.value))
    return 0
