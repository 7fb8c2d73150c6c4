"""Short passages, with questions that they answer or a summary in one sentence."""

from random import Random

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.files import from_yaml
from playground.evaluation.datasets.item_order import by_turns, stable_id
from playground.evaluation.plan import Item, ScorerChoice

PASSAGES = "question_answering/passages.yaml"
QUESTION = "Answer the question with a few words of the passage and nothing else.\n\n{input}"
SUMMARY = "Summarise the passage in one sentence.\n\n{input}"


def _questions(part: str, random: Random) -> list[tuple[str, tuple[str, ...]]]:
    """Passage and question, and all ways of saying the answer; each passage once before one comes again."""
    rows = [
        (f"Passage: {row['text']}\n\nQuestion: {question}", tuple(answers))
        for row in from_yaml(PASSAGES)[part]
        for question, answers in row.get("questions", {}).items()
    ]
    within = random.sample(rows, len(rows))
    turns: dict[str, int] = {}
    for text, _ in within:
        passage = text.partition("\n")[0]
        turns[text] = turns[passage] = turns.get(passage, -1) + 1
    return sorted(within, key=lambda row: turns[row[0]])


def _question_items(random: Random, size: int) -> list[Item]:
    selection = _questions("asked", random)[:size]
    return [Item(id=stable_id("question", text), input=text, references=answers) for text, answers in selection]


def _question_shots(random: Random, count: int) -> list[Shot]:
    return [Shot(input=text, output=answers[0]) for text, answers in _questions("shown", random)[:count]]


def _summary_items(random: Random, size: int) -> list[Item]:
    rows = from_yaml(PASSAGES)["asked"]
    selection = by_turns(rows, [""] * len(rows), random)[:size]
    return [
        Item(id=stable_id("passage", row["text"]), input=row["text"], references=(row["summary"],)) for row in selection
    ]


def _summary_shots(random: Random, count: int) -> list[Shot]:
    rows = from_yaml(PASSAGES)["shown"]
    return [Shot(input=row["text"], output=row["summary"]) for row in random.sample(rows, len(rows))[:count]]


QUESTION_ANSWERING = DatasetSource(
    name="question_answering",
    items=_question_items,
    shots=_question_shots,
    template=QUESTION,
    scorer=ScorerChoice(name="squad_f1"),
)
SUMMARIES = DatasetSource(
    name="summaries",
    items=_summary_items,
    shots=_summary_shots,
    template=SUMMARY,
    scorer=ScorerChoice(name="rouge"),
)
