"""Publishes what was learned at a hub, on the command line.

python -m playground.finetuning publish FOLDER --to OWNER/NAME            says what would be sent, and sends nothing
python -m playground.finetuning publish FOLDER --to OWNER/NAME --yes      sends it, into a private repository
python -m playground.finetuning publish FOLDER --to OWNER/NAME --yes --public

FOLDER is that of a training, or of a model that `merge` made. The token is taken from HF_TOKEN, or from where
`hf auth login` keeps it; it is never an argument and is not written anywhere. HF_ENDPOINT chooses another hub.
"""

from collections.abc import Sequence
from pathlib import Path

from playground.errors import InvalidSetup
from playground.finetuning.command_line import parser_of
from playground.finetuning.taking_away.publishing import HOW_TO_SIGN_IN, check_name, files_to_publish, publish

QUOTES = (
    "The card quotes what probes found, which may be rows that it was trained on: read it before others do. Say under "
    "which licence it is, in the head of the card, once it is there."
)


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("publish", __doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of a training, or of a merged model")
    parser.add_argument("--to", required=True, metavar="OWNER/NAME", help="the repository; made where there is none")
    parser.add_argument("--yes", action="store_true", help="send it")
    parser.add_argument("--public", action="store_true", help="into a repository that everybody reads")
    arguments = parser.parse_args(argv)
    check_name(arguments.to)
    folder, files = files_to_publish(arguments.folder)
    for file in files:
        print(f"{file.name}: {file.stat().st_size:,} bytes")
    print(QUOTES)
    if not arguments.yes:
        print(f"Nothing was sent. Add --yes to send these {len(files)} files to {arguments.to}.")
        return 0
    from huggingface_hub import HfApi, get_token

    if not get_token():
        raise InvalidSetup(f"There is no token to publish with. {HOW_TO_SIGN_IN}")
    print(f"Published: {publish(folder, arguments.to, HfApi(), private=not arguments.public)}")
    return 0
