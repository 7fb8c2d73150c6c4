"""Negative: what the answer must not do, stated in the prompt and checked on the answer."""

from dataclasses import dataclass
from typing import Literal

from playground.errors import InvalidSetup
from playground.parameters import Short, choice, many, number
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.constraints import (
    FORMATS,
    WORD,
    check_format,
    check_length,
    check_word,
    is_blank,
    length_rule,
)
from playground.strategies.parts.replies import read_reply, spoken_text
from playground.types import Check, Task


@dataclass(frozen=True, kw_only=True)
class Negative(Strategy):
    name = "negative"
    title = "Negative"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Lists what the answer must not do, and checks each rule on the answer.",
        helps="A last correction, where all else in a prompt is as wanted and one habit is left.",
        fails=(
            "A rule names the very thing that it forbids, and a small model may take it as a hint; saying what is "
            "wanted is often surer. Checked are words, length and format: whether the sense is kept, you have to read."
        ),
        cost="1 call.",
    )

    avoid_words: tuple[Short, ...] = many(
        max_length=64, label="Words to avoid", help="Words or phrases; other forms of a word are other words."
    )
    most_words: int | None = number(None, 1, 5_000, step=1, label="Most words", empty="any", help="The longest answer.")
    avoid_format: Literal["none", "lists", "headings", "tables", "code", "markup"] = choice(
        "none", label="Format to avoid", help="Markup is all of the others."
    )

    def check(self, task: Task) -> None:
        super().check(task)
        for i, word in enumerate(self.avoid_words):
            if is_blank(word):
                raise InvalidSetup(path=("options", "avoid_words", i), rule="is blank; remove it.")
        if not self.rules:
            rule = "negative needs words to avoid, a longest length or a format to avoid."
            raise InvalidSetup(path=("options", "avoid_words"), value=(), rule=rule)

    @property
    def rules(self) -> tuple[str, ...]:
        """As they stand in the prompt."""
        return (
            *(WORD.format(word=word) for word in self.avoid_words),
            *([length_rule(self.most_words)] if self.most_words else []),
            *([FORMATS[self.avoid_format]] if self.avoid_format != "none" else []),
        )

    def run(self, task: Task, ask: Ask) -> Running:
        prompt = "\n".join([task.input, "", *self.rules])
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(prompt)), answer_to=task)
        answer, said = read_reply(completion, task), spoken_text(completion)
        if not said:  # nothing came that could keep a rule or break it
            return answer
        checks = self.checks(said)
        kept = sum(check.kept for check in checks)
        rules = f"{kept} of {len(checks)} rules kept."
        if completion.finish_reason == "length":
            rules = f"{kept} of {len(checks)} rules kept so far: the reply was cut off at the token limit."
        return Answer(text=answer.text, how=f"{answer.how} {rules}".strip(), checks=checks)

    def checks(self, text: str) -> tuple[Check, ...]:
        """One for each rule, in their order."""
        return (
            *(check_word(text, word) for word in self.avoid_words),
            *([check_length(text, self.most_words)] if self.most_words else []),
            *([check_format(text, self.avoid_format)] if self.avoid_format != "none" else []),
        )
