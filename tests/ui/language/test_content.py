"""What comes with the playground says what it is in every language; what of it is sent to a model stays as it is."""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest
from test_complete import Watched

from playground import presets
from playground.evaluation import datasets, experiments, scorers
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.methods import METHODS
from playground.finetuning.recipe import PRESETS
from playground.finetuning.skills import SKILLS
from playground.parameters import parameters
from playground.retrieval.library import Library
from playground.strategies import STRATEGIES
from playground.ui.language.choosing import HERE, offered
from playground.ui.language.texts import texts_of

LANGUAGES = [code for code in offered() if (HERE / code).is_dir()]


def said() -> Iterator[str]:
    """Titles and cards of all that is offered."""
    for one in (*presets.setup_presets().values(), *presets.sampling_presets().values(), *PRESETS.values()):
        yield from (one.title, one.about)
    for path in sorted((Path(presets.__file__).parents[1] / "presets" / "experiments").rglob("*.yaml")):
        experiment = experiments.read_yaml(path.read_text("utf-8"), path.name)
        yield from (experiment.title, experiment.about)
    for method in METHODS.values():
        yield from (method.title, method.trained, method.cost, method.fails)
    for head in HEADS.values():
        yield from (head.title, head.trained, head.cost, head.fails, head.rows, head.data)
    for skill in SKILLS.values():
        yield from (skill.about, skill.data, skill.limits)
    for task in TASKS.values():
        yield from (task.title, task.about, task.about_data)
    for scorer in scorers.SCORERS.values():
        yield from (scorer.title, scorer.about, *(parameter.help for parameter in parameters(scorer)))
    for name in datasets.SOURCES:
        yield from map(str, astuple(datasets.card(name)))
    for collection in Library().collections():
        yield from (collection.title, collection.about)
    for technique in STRATEGIES.values():
        card = technique.card
        yield from (card.summary, card.fails, card.cost, card.helps, card.figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_is_translated(language: str) -> None:
    texts = texts_of(language)
    watched = Watched(texts.by_text, texts.scripts)
    for text in said():
        watched.translate(text)
    assert watched.missing == set()
