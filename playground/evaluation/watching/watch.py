"""A watch: an experiment, and the weights that it is asked of again and again."""

import hashlib
import json
from dataclasses import dataclass, replace

from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.types import Weights

LENGTH = 24  # hexadecimal digits of a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is asked, with the weights in it."""

    experiment: Experiment

    @property
    def key(self) -> str:
        """The same for the same items, techniques and weights, whatever it is called and expected to reach."""
        asked = replace(self.experiment, title="Watched", about="", expectations=())
        text = json.dumps(experiments.to_dict(asked), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]

    @property
    def title(self) -> str:
        """What it is called: the experiment's name, and whose answers it asks."""
        models = ", ".join(one.model_title for one in self.experiment.models or (Weights(),))
        return f"{self.experiment.title}, {models}"


def watch_of(experiment: Experiment, weights: Weights | None = None) -> Watch:
    """A watch over an experiment; of these weights, where they are given, and else of the experiment's own."""
    return Watch(experiment=experiment if weights is None else replace(experiment, models=(weights,)))
