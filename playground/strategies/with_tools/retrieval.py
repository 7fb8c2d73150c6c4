"""Retrieval-augmented generation: passages that a search finds stand in the prompt, and the answer cites them
(Lewis et al. 2020, arXiv 2005.11401)."""

from dataclasses import dataclass, replace

from playground.parameters import flag, number
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.passages import check_sentence, read_passages, sentences_of
from playground.strategies.parts.replies import read_reply, spoken_text, stated_ending
from playground.strategies.parts.reranking import rerank
from playground.task import NOTHING_FOUND, SEARCH, SearchSettings
from playground.types import Task

# What is to be done stands last: after it a small model still knows, and then it is right and cites more often.
PROMPT = (
    "{passages}\n\nQuestion: {question}\n\nAnswer in one short sentence from these passages, and put the number of the \
passage behind it, like [1].{abstain}{ending}"
)
NOT_SAID = "The documents do not say."
ABSTAIN = ' If no passage answers it, write only "The documents do not say."'


@dataclass(frozen=True, kw_only=True)
class Retrieval(SearchSettings, Strategy):
    name = "retrieval"
    title = "Retrieval"
    task_fields = ("role", "collection", "input", "answer", "labels")
    required = ("collection", "input")
    verdicts = ("Supported", "Not found")
    card = TechniqueCard(
        summary="Searches documents for passages that may answer the question, and puts these into the prompt with "
        "numbers to cite.",
        helps="Questions about what a model cannot have learnt: your documents, what is new, what must be shown to "
        "stand somewhere. What has changed is changed in the documents, without tuning anything.",
        fails="Where the search fails the answer does, and passages that are near but wrong make it worse than none. A "
        "small model may copy a passage, cite one that does not say it, or answer where it should say that nothing "
        "answers. What stands in a document may give orders, and be obeyed. It teaches facts and no manner: for a form "
        "or a tone, examples or an adapter do more.",
        cost="1 call with the passages in its prompt; none where no passage is like enough. Reranking reads each "
        "passage once more, and writes nothing.",
        citation="Lewis et al. 2020, Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks",
        url="https://arxiv.org/abs/2005.11401",
        figure="Exact match on open Natural Questions: 44.5 with retrieval, 36.6 for a T5 of 11B without. Against it: "
        "one unrelated sentence in the prompt already lowers accuracy on word problems (arXiv 2302.00093).",
    )

    abstain: bool = flag(
        False,
        label="May abstain",
        help="The model is told what to write where no passage answers; small ones then do so too often.",
    )
    rerank: int | None = number(
        None, 2, 30, step=1, label="Rerank", empty="as found",
        help="How many passages the search hands to the model, which measures after each how likely it finds the "
        "question; the best go into the prompt. Empty: as the search has them.",
    )  # fmt: skip

    @property
    def measured_by(self) -> str:
        return "" if self.rerank is None else "rerank"

    def calls(self, task: Task) -> Calls:
        least = 1 if self.least is None else 0
        return Calls(least, 1 + (self.rerank or 0))

    def searches(self, task: Task) -> SearchSettings:
        return self if self.rerank is None else replace(self, passages=max(self.rerank, self.passages))

    def run(self, task: Task, ask: Ask) -> Running:
        found = yield from ask.use("Search", SEARCH, task.input)
        if self.least is not None and found.text == NOTHING_FOUND:
            return Answer(text=NOT_SAID, how="No passage was like enough to the question, so no model was asked.")
        text, ranking = found.text, ""
        if self.rerank is not None and text != NOTHING_FOUND:
            text, ranking = yield from rerank(task.input, text, self.passages, ask)
        prompt = PROMPT.format(
            passages=text,
            abstain=ABSTAIN if self.abstain else "",
            ending=stated_ending(task),
            question=task.input,
        )
        messages = (*system_message(task.role), user_message(prompt))
        (reply,) = yield from ask("Answer", messages, depends_on=("Search",), answer_to=task)
        answer, said = read_reply(reply, task), spoken_text(reply)
        how = f"{ranking} {answer.how}".strip()
        if said.startswith(NOT_SAID):
            return Answer(text=answer.text, how=f"{how} It says that the documents do not answer it.".strip())
        passages = read_passages(text)
        checks = tuple(check_sentence(sentence, passages) for sentence in sentences_of(said))
        if not checks:
            return Answer(text=answer.text, how=how)
        supported = sum(check.kept for check in checks)
        counted = f"Of {len(checks)} sentences {supported} share most of their words with a passage."
        return Answer(text=answer.text, how=f"{how} {counted}".strip(), checks=checks)
