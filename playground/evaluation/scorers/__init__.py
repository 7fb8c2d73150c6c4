"""All scorers, in display order.

base.py              What a scorer is: options as fields, and a `grade` that says how good an answer is and why
constraints.py       A scorer of length and form: the share of the stated constraints that an answer keeps
json_text.py         Finds the JSON in an answer
judge.py             A model as judge: of an answer by a rubric, or of two answers, in both orders (Zheng et al
matching.py          Scorers that look for given words or a pattern in the answer: right or wrong
overlap.py           Scorers that measure how many words, or characters, an answer shares with a reference; the best
                     reference counts
reading.py           Scorers that read a number or a label out of the answer and compare it: right or wrong
schema.py            A JSON schema that strangers may write: it fetches nothing, its patterns take linear time, its
                     references end
schema_keywords.py   The keywords of JSON schema with a limit: none takes more than its share, however schema and answer
                     are made
structure.py         Scorers of answers in JSON: is it any, does it fit a schema, are its fields right
"""

from collections.abc import Mapping

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Judgement
from playground.evaluation.scorers.base import Scorer, Verdict
from playground.evaluation.scorers.constraints import Constraints
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
        Constraints,
        Judge,
    )
}


def build(judgement: Judgement, dataset: Dataset) -> Scorer:
    """The scorer of that name (the data set's own without one), with its options checked against the data set.

    Raises InvalidSetup naming the option, its value and what is allowed, or the item that cannot be scored so.
    """
    name, options = judgement.name, judgement.options
    if not name:
        name, options = dataset.scorer.name, {**dataset.scorer.options, **options}
    if name not in SCORERS:
        known = ", ".join(SCORERS)
        raise InvalidSetup(f"`scorer.name` is {name[:60]!a}; it must be one of {known}.", ("scorer", "name"))
    scorer: Scorer = setups.build(SCORERS[name], options, ("scorer", "options"))
    scorer.check(dataset)
    return scorer
