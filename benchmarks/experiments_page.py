"""The list of results on the page: how long a filter, an order or a search takes."""

import json
import random
import statistics
import time
from typing import Any

from benchmarks.engine_rig import Bench, Result
from playground.evaluation import datasets, results
from playground.evaluation.findings import summary
from playground.evaluation.plan import Data, Experiment, Item
from playground.evaluation.results import Table
from playground.ui.render_items import FILTERS, ORDERS, items_value

COLUMNS = 6


def slowest(bench: Bench, count: int) -> Result:
    """The slowest of all filters, orders and a search, each to the JSON that the browser gets."""
    table, most = table_of(count), 0.0
    wanted: list[dict[str, Any]] = [{"words": "apples 7"}]
    wanted += [{"keep": keep} for keep in FILTERS] + [{"order": order} for order in ORDERS]
    for options in wanted:
        times = []
        for _ in range(bench.repeats):
            started = time.perf_counter()
            json.dumps(items_value(table, summary.by_item(table), **options))
            times.append(time.perf_counter() - started)
        most = max(most, statistics.median(times))
    return Result(f"the page with {count:,} results: filter or sort, s", most, 1, "at most", "the slowest of them")


def table_of(count: int) -> Table:
    """Results as an experiment leaves them, some right."""
    items = datasets.load(Data(name="word_problems", size=-(-count // COLUMNS))).items
    columns, chance = tuple(f"Column {number}" for number in range(1, COLUMNS + 1)), random.Random(0)

    def result(item: Item, column: str) -> results.Result:
        right = chance.random() < 0.4
        said = item.references[0] if right else "7"
        return results.Result(
            key=f"{column} {item.id}", column=column, item=item.id, answer=said, predicted=said, score=float(right),
            right=right, calls=1, prompt_tokens=60, completion_tokens=40, seconds=0.5,
        )  # fmt: skip

    found = tuple(result(item, column) for item in items for column in columns)[:count]
    return Table(experiment=Experiment(), items=items, columns=columns, results=found, total=count, status="done")
