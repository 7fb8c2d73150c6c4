"""All scorers, in display order.

base.py              Base class of scorers: options as fields, and `grade`, which scores an answer
constraints.py       Scores length and form: the share of the stated constraints that an answer keeps
function_calls.py    Scores calls of functions: against those of a reference, and against their functions' schemas
json_equal.py        Compares two JSON values: numbers by value, keys in any order
json_text.py         Finds the JSON in an answer, more strictly than Python does
judge.py             A model as judge of one answer by a rubric, or of two answers in both orders
matching.py          Scorers that look for words or a pattern in the answer
overlap.py           Scorers by the words or characters that an answer shares with its best reference
reading.py           Scorers that extract a number or a label from the answer and compare it
schema.py            A person's JSON schema, validated within fixed limits and without fetching anything
schema_keywords.py   Keywords of JSON schema that stop when a check takes too many steps
structure.py         Scorers of JSON answers: valid, matching a schema, or with the right fields
"""

from collections.abc import Mapping

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import ScorerChoice
from playground.evaluation.scorers.base import Scorer, Verdict
from playground.evaluation.scorers.constraints import Constraints
from playground.evaluation.scorers.function_calls import ExpectedCalls
from playground.evaluation.scorers.judge import Judge
from playground.evaluation.scorers.matching import Contains, Exact, Regex
from playground.evaluation.scorers.overlap import Bleu, Chrf, Rouge, SquadEM, SquadF1
from playground.evaluation.scorers.reading import Label, Numeric
from playground.evaluation.scorers.structure import JsonFields, JsonSchema, JsonValid

__all__ = ["SCORERS", "Judge", "Scorer", "Verdict", "build"]

SCORERS: Mapping[str, type[Scorer]] = {
    scorer.name: scorer
    for scorer in (
        Exact,
        Numeric,
        Contains,
        Regex,
        Label,
        SquadEM,
        SquadF1,
        Rouge,
        Bleu,
        Chrf,
        JsonValid,
        JsonSchema,
        JsonFields,
        ExpectedCalls,
        Constraints,
        Judge,
    )
}


def build(judgement: ScorerChoice, dataset: Dataset) -> Scorer:
    """The scorer of that name (the data set's own without one), with its options checked against the data set.

    Raises InvalidSetup naming the option, its value and what is allowed, or the item that cannot be scored so.
    """
    name, options = judgement.name, judgement.options
    if not name:
        name, options = dataset.scorer.name, {**dataset.scorer.options, **options}
    if name not in SCORERS:
        names = ", ".join(SCORERS)
        raise InvalidSetup(path=("scorer", "name"), value=name, rule=f"it must be one of {names}.")
    scorer: Scorer = setups.build(SCORERS[name], options, ("scorer", "options"))
    scorer.check(dataset)
    return scorer
