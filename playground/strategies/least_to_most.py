"""Least-to-most: list the simpler questions, answer them in order, then the question (Zhou et al. 2022, 2205.10625)."""

from dataclasses import dataclass, replace

from playground.parameters import number
from playground.strategies.base import Ask, Running, Strategy, TechniqueCard
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.points import read_points
from playground.strategies.parts.replies import explain_missing_answer, read_reply, spoken_text, stated_ending
from playground.strategies.parts.templates import fill_template, template_messages
from playground.types import Task

MOST = 8
DECOMPOSE = (
    "{input}\n\nTo answer this, which simpler questions have to be answered first? Write at most {most}, the simplest "
    "first, one a line, and do not answer them."
)
SOLVED = "Q: {question}\nA: {answer}"
SOLVE = "{input}\n\n{solved}Answer only this part of it, in one sentence.\n\nQ: {question}\nA:"
CONCLUDE = "{input}\n\n{solved}Now answer the whole question.{ending}"


@dataclass(frozen=True, kw_only=True)
class LeastToMost(Strategy):
    name = "least_to_most"
    title = "Least-to-most"
    task_fields = ("role", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Has the model list simpler questions, answers them one after the other, and then the whole question.",
        helps="Questions harder than any example at hand, built of parts that each are easy.",
        fails="Where the parts are found wrongly, all that follows is wrong; a question of one step only becomes "
        "longer. Small models list parts that do not lead to the answer.",
        cost="1 call to decompose, 1 for each part, one after the other, and 1 for the whole; prompts grow.",
        citation="Zhou et al. 2022, Least-to-Most Prompting Enables Complex Reasoning",
        url="https://arxiv.org/abs/2205.10625",
        figure="SCAN: 99 percent or more, against 16 with chain of thought.",
    )

    parts: int = number(4, 1, MOST, step=1, help="Simpler questions, at most.")

    def calls(self, task: Task) -> Calls:
        return Calls(2, 2 + self.parts)

    def run(self, task: Task, ask: Ask) -> Running:
        (decomposition,) = yield from ask("Decompose", template_messages(task, DECOMPOSE, most=str(self.parts)))
        questions = read_points(decomposition, self.parts)
        asked, solved = ["Decompose"], ""
        for i, question in enumerate(questions, 1):
            messages = template_messages(task, SOLVE, solved=solved, question=question)
            (reply,) = yield from ask(f"Part {i}", messages, depends_on=tuple(asked))
            asked.append(f"Part {i}")
            if said := spoken_text(reply):
                solved += fill_template(SOLVED, {"question": question, "answer": said}) + "\n\n"
        messages = template_messages(task, CONCLUDE, solved=solved, ending=stated_ending(task))
        (conclusion,) = yield from ask("Answer", messages, depends_on=tuple(asked), answer_to=task)
        answer = read_reply(conclusion, task, last=True)
        if questions:
            return answer
        why = explain_missing_answer(decomposition, "text")
        return replace(answer, how=f"Asked at once: no simpler questions came. {why} {answer.how}".strip())
