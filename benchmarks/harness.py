"""lm-evaluation-harness (EleutherAI) on the same weights and items: what experiments are measured against."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Before the libraries are imported, which read them once: all there is to fetch lies here, and nobody watches bars.
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TQDM_DISABLE="1")

import datasets
from lm_eval import simple_evaluate
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM

from playground.evaluation.plan import Item
from playground.strategies.chain_of_thought import REASON

logging.getLogger("lm_eval").setLevel(logging.ERROR)
BATCH = 16
LAST_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"


class Harness:
    """Its `hf` backend in bfloat16, as on its own command line: greedy, in batches, one task defined on the spot."""

    def __init__(self, model: Path, max_tokens: int) -> None:
        self._model = HFLM(pretrained=str(model), device="cpu", batch_size=BATCH, dtype="bfloat16")
        self._max_tokens = max_tokens

    def accuracy(self, items: Sequence[Item]) -> float:
        """Share of items right by the last number in their reasoning. One call an item: no second one reads it off."""
        rows = [{"question": item.input, "answer": item.references[0]} for item in items]
        task = ConfigurableTask(config=self._task(datasets.Dataset.from_list(rows)))
        found: Any = simple_evaluate(self._model, tasks=[task], apply_chat_template=True, bootstrap_iters=0)
        assert len(found["samples"]["word_problems"]) == len(items)
        return float(found["results"]["word_problems"]["exact_match,last"])

    def _task(self, rows: datasets.Dataset) -> dict[str, Any]:
        return {
            "task": "word_problems",
            "custom_dataset": lambda **_: {"test": rows},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "{{question}}",
            "doc_to_target": "{{answer}}",
            "gen_prefix": REASON,
            "generation_kwargs": {"until": [], "max_gen_toks": self._max_tokens, "do_sample": False},
            "filter_list": [
                {
                    "name": "last",
                    "filter": [
                        {"function": "regex", "regex_pattern": LAST_NUMBER, "group_select": -1},
                        {"function": "take_first"},
                    ],
                }
            ],
            "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        }
