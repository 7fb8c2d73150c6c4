"""Prompt chaining: steps that build on each other, each open to inspection (Wu et al. 2022, arXiv 2110.01691)."""

from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import explain_missing_answer, spoken_text
from playground.strategies.parts.templates import field_names, fill_template
from playground.types import Task


@dataclass(frozen=True, kw_only=True)
class Chaining(Strategy):
    name = "chaining"
    title = "Prompt chaining"
    task_fields = ("role", "input", "steps")
    required = ("input", "steps")
    card = TechniqueCard(
        summary="Splits a task into prompts, each built from earlier outputs.",
        helps="Work with natural stages (outline, draft, polish); every stage can be read, edited and run on from.",
        fails="An early mistake is carried to the end; a single good prompt may do as well with one call.",
        cost="1 call per step.",
        citation="Wu et al. 2022, AI Chains",
        url="https://arxiv.org/abs/2110.01691",
        figure="Study with 20 people: better results, more transparency and control than one prompt.",
    )

    def calls(self, task: Task) -> Calls:
        return Calls.exactly(len(task.steps))

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
        values, empty = {"input": task.input, "previous": task.input}, ""
        step_by_name: dict[str, str] = {}  # by the name that a template may use, the step whose answer that is
        for step in task.steps:
            prompt = fill_template(step.template, values)
            used = dict.fromkeys(step_by_name[name] for name in field_names(step.template) if name in step_by_name)
            (completion,) = yield from ask(
                step.name, (*system_message(task.role), user_message(prompt)), depends_on=(*used,)
            )
            # What a model thinks is shown with its step, and not handed on: a later prompt builds on what was said.
            values["previous"] = values[step.name] = spoken_text(completion)
            step_by_name["previous"] = step_by_name[step.name] = step.name
            if not spoken_text(completion) and not empty:
                empty = f"Step {step.name!r} gave nothing to build on: {explain_missing_answer(completion, 'text')}"
        return Answer(text=values["previous"], how=empty)
