"""Plan-and-solve: devise a plan, then carry it out (Wang et al. 2023, arXiv 2305.04091)."""

from dataclasses import dataclass

from playground.parameters import flag
from playground.strategies.base import Ask, Running, Strategy, TechniqueCard
from playground.strategies.chain_of_thought import reason_and_read
from playground.strategies.parts.calls import Calls
from playground.types import Task

PLAN = (
    "Let's first understand the problem and devise a plan to solve the problem. "
    "Then, let's carry out the plan and solve the problem step by step."
)
PLAN_IN_DETAIL = (  # PS+
    "Let's first understand the problem, extract relevant variables and their corresponding numerals, and make a "
    "complete plan. Then, let's carry out the plan, calculate intermediate variables (pay attention to correct "
    "numerical calculation and commonsense), solve the problem step by step, and show the answer."
)


@dataclass(frozen=True, kw_only=True)
class PlanAndSolve(Strategy):
    name = "plan_and_solve"
    title = "Plan-and-solve"
    task_fields = ("role", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Has the model make a plan before it works the problem out.",
        helps="Problems of several steps, of which one is easily forgotten; large models, without examples.",
        fails=(
            "A question of one step has nothing to plan. A small model states a plan and does not follow it, or spends "
            "its tokens on it; examples that are worked out say more than a longer instruction."
        ),
        cost="2 calls, and even more output tokens than chain of thought.",
        citation="Wang et al. 2023, Plan-and-Solve Prompting",
        url="https://arxiv.org/abs/2305.04091",
    )

    detailed: bool = flag(False, label="In detail (PS+)", help="Also asks for variables and for care with numbers.")

    def calls(self, task: Task) -> Calls:
        return Calls(1, 2)  # a thought that was cut has no answer

    def run(self, task: Task, ask: Ask) -> Running:
        return (yield from reason_and_read(ask, task, PLAN_IN_DETAIL if self.detailed else PLAN))
