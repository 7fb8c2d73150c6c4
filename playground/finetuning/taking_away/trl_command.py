"""Writes a training as a script for TRL on the command line.

python -m playground.finetuning script FOLDER --into NEW      FOLDER is that of a training

NEW will hold the script and the rows that it reads; `python train.py` in it trains without the playground.
"""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from playground.errors import TrainingFailed
from playground.finetuning.command_line import parser_of
from playground.finetuning.taking_away.card import folder_of
from playground.finetuning.taking_away.trl_script import FILE, pack_script


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("script", __doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of a training")
    parser.add_argument("--into", type=Path, required=True, metavar="NEW", help="the folder of the script")
    arguments = parser.parse_args(argv)
    packed = pack_script(folder_of(arguments.folder))
    try:
        arguments.into.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(arguments.into)
    except OSError as error:
        raise TrainingFailed(f"{arguments.into} cannot be written: {error.strerror or error}.") from None
    print(f"The script is {arguments.into / FILE}.")
    return 0
