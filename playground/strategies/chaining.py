"""Prompt chaining: steps that build on each other, each open to inspection (Wu et al. 2022, arXiv 2110.01691)."""

from dataclasses import dataclass, replace

from playground.errors import InvalidSetup
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard
from playground.strategies.chain_of_thought import ChainOfThought
from playground.strategies.generated_knowledge import GeneratedKnowledge
from playground.strategies.least_to_most import LeastToMost
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import spoken_text
from playground.strategies.parts.step_ask import StepAsk, steps_of, with_own_labels
from playground.strategies.parts.templates import field_names, fill_template
from playground.strategies.perspectives import Perspectives
from playground.strategies.plan_and_solve import PlanAndSolve
from playground.strategies.rereading import Rereading
from playground.strategies.self_consistency import SelfConsistency
from playground.strategies.self_refine import SelfRefine
from playground.strategies.skeleton_of_thought import SkeletonOfThought
from playground.strategies.tree_of_thoughts import TreeOfThoughts
from playground.strategies.with_tools.react import ReAct
from playground.strategies.zero_shot import ZeroShot
from playground.task import WHY_NO_STEP
from playground.types import Completion, Run, Step, Task

STEP_TECHNIQUES: dict[str, Strategy] = {
    technique.name: technique
    for technique in (
        ZeroShot(),
        ChainOfThought(),
        PlanAndSolve(),
        Rereading(),
        SelfConsistency(),
        LeastToMost(),
        GeneratedKnowledge(),
        TreeOfThoughts(),
        Perspectives(),
        SelfRefine(),
        SkeletonOfThought(),
        ReAct(),
    )
}


@dataclass(frozen=True, kw_only=True)
class Chaining(Strategy):
    name = "chaining"
    title = "Prompt chaining"
    task_fields = ("role", "input", "steps")
    required = ("input", "steps")
    card = TechniqueCard(
        summary="Splits a task into prompts, each built from earlier outputs and asked by a technique of its own.",
        helps="Work with natural stages (outline, draft, polish); every stage can be read, edited and run on from. "
        f"A step's technique is one that needs nothing but an input: {WHY_NO_STEP}.",
        fails="An early mistake is carried to the end; a single good prompt may do as well with one call.",
        cost="1 call per step, or what the step's technique takes.",
        citation="Wu et al. 2022, AI Chains",
        url="https://arxiv.org/abs/2110.01691",
        figure="Study with 20 people: better results, more transparency and control than one prompt.",
    )

    def reasons_on(self, task: Task) -> bool:
        return any(STEP_TECHNIQUES[step.strategy].reasons for step in task.steps)

    def calls(self, task: Task) -> Calls:
        each = [STEP_TECHNIQUES[step.strategy].calls(task) for step in task.steps]
        most = [calls.most for calls in each if calls.most is not None]
        return Calls(sum(calls.least for calls in each), sum(most) if len(most) == len(each) else None)

    def voters(self, run: Run) -> tuple[Completion, ...]:
        last = run.setup.task.steps[-1:]
        return tuple(
            voter for step in last for voter in STEP_TECHNIQUES[step.strategy].voters(with_own_labels(run, step.name))
        )

    def drafts(self, run: Run) -> tuple[Step, ...]:
        for step in reversed(run.setup.task.steps):
            own = with_own_labels(run, step.name)
            if drafts := STEP_TECHNIQUES[step.strategy].drafts(own):
                asked = zip(steps_of(run, step.name), own.steps, strict=True)
                return tuple(here for here, known in asked if known in drafts)
        return ()

    def why_no_form(self, task: Task) -> str:
        """The last step's answer is the chain's."""
        return next((STEP_TECHNIQUES[step.strategy].why_no_form(task) for step in task.steps[-1:]), "")

    def check(self, task: Task) -> None:
        super().check(task)
        seen: dict[str, str] = {"input": "", "previous": ""}
        for i, step in enumerate(task.steps):
            for side in ("name", "template"):
                if not getattr(step, side).strip():
                    rule = f"fill it in or remove step {i + 1}."
                    raise InvalidSetup(path=("task", "steps", i, side), value="", rule=rule)
            if field_names(f"{{{step.name}}}") != (step.name,):
                rule = "use letters, digits, spaces, - and _, beginning with a letter."
                raise InvalidSetup(path=("task", "steps", i, "name"), value=step.name, rule=rule)
            if step.name in seen:
                rule = "this is taken: give the step a name of its own."
                raise InvalidSetup(path=("task", "steps", i, "name"), value=step.name, rule=rule)
            later = {other.name for other in task.steps[i:]} - {*seen}
            if named := next((name for name in field_names(step.template) if name in later), ""):
                what = "names itself" if named == step.name else f"names {{{named}}}, a step that comes after it"
                rule = f"{what}: a step can use {{input}}, {{previous}} and the steps before it."
                raise InvalidSetup(path=("task", "steps", i, "template"), rule=rule)
            try:
                fill_template(step.template, seen)
            except InvalidSetup as error:
                rule = f"cannot be filled in. {error}"
                raise InvalidSetup(path=("task", "steps", i, "template"), rule=rule) from None
            seen[step.name] = ""

    def run(self, task: Task, ask: Ask) -> Running:
        values = {"input": task.input, "previous": task.input}
        labels: dict[str, tuple[str, ...]] = {}  # by the name that a template may use, what that was made from
        notes, empty, answer = [], False, Answer(text="")
        for step in task.steps:
            filled = replace(task, input=fill_template(step.template, values), steps=(), answer="text", labels=())
            if step is not task.steps[-1]:
                filled = replace(filled, form="none")
            used = dict.fromkeys(label for name in field_names(step.template) for label in labels.get(name, ()))
            own = StepAsk(ask, step.name, tuple(used), alone=step.strategy == "zero_shot")
            answer = yield from STEP_TECHNIQUES[step.strategy].run(filled, own)
            last = spoken_text(own.said[-1]) if own.said else ""
            if not answer.text and last and filled.form == "none":  # in a preview, where nothing can be read, a gap
                answer = replace(answer, text=last, how=f"{answer.how} What was said last goes on.")
            values["previous"] = values[step.name] = answer.text
            labels["previous"] = labels[step.name] = tuple(own.labels)
            if answer.text and answer.how:
                notes.append(f"{step.name}: {answer.how}")
            elif not answer.text and not empty:
                empty = True
                notes.append(f"Step {step.name!r} gave nothing to build on: {answer.how}")
        return replace(answer, how=" ".join(notes))
