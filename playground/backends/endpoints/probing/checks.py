"""Checks each feature by its effect on the answers, whatever the server says of it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from playground.answer_forms.form import AnswerForm
from playground.backends.endpoints.probing.trial import Reply, Trial
from playground.parameters import parameters, with_effect
from playground.types import Sampling

STRONG: dict[str, float] = {p.name: p.strong for p in parameters(Sampling) if p.strong is not None}
HIGH_TEMPERATURE = STRONG["temperature"]  # a poem hardly begins the same way twice, and servers take it
ANY_TOKEN = {"1000": 100.0}  # whichever it is: with this bias it comes, and comes again
UNLIKELY = ("~1~", "~2~", "~3~")  # stop strings that do not come
CAPITAL_QUESTION = "What is the capital of France? Answer in one sentence."
SENTENCE_START = "The capital of France is the city of"
SCHEMA = (
    '{"type": "object", "properties": {"lines": {"type": "integer"}}, "required": ["lines"], '
    '"additionalProperties": false}'
)
FORMS = {  # which no poem is: by feature a form, and a pattern that begins each answer of it
    "response_format": (AnswerForm("json_schema", grammar="", schema=SCHEMA), r'\{\s*"lines"'),
    "labels": (AnswerForm("labels", grammar="", written=("NORTH-7", "SOUTH-7")), r"(NORTH|SOUTH)-7$"),
    "regex": (AnswerForm("regex", grammar="", written="[A-Z]{2}-[0-9]{3}"), r"[A-Z]{2}-[0-9]{3}$"),
    "grammar": (AnswerForm("grammar", grammar="", written='start: "EAST" side\nside: "-8" | "-9"'), r"EAST-[89]$"),
}
CALL_TOKENS = 128  # a call is read once it is whole
TIME_QUESTION = "What time is it in Bern now? Call the function to find out."
CLOCK: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "clock",
        "description": "The time in a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
    },
}
Works = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCheck:
    """One feature: a name of a `Sampling` field or of a capability, whether it works, and how that was seen."""

    feature: str
    works: Works
    how: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What the model says to one prompt without any settings: twice at temperature 0, and once hot."""

    trial: Trial
    greedy: Reply
    repeated: Reply
    hot: Reply

    @classmethod
    async def measure(cls, trial: Trial) -> "Reference":
        greedy, again = await trial.ask(temperature=0), await trial.ask(temperature=0)
        hot = await trial.ask(temperature=HIGH_TEMPERATURE)
        if greedy.error and hot.error:
            await trial.ask()  # raises where the server is gone, which says nothing about temperatures
        return cls(trial, greedy, again, hot)

    def checks(self) -> Mapping[str, Callable[[], Awaitable[FeatureCheck]]]:
        """By feature, what to do to find out about it. They may all be done at once."""
        return {
            "samples": self.samples,
            "logprobs": self.logprobs,
            "stop": self.stop,
            "system": self.system,
            "prefill": self.prefill,
            "functions": self.functions,
            **{name: partial(self._check_form, name) for name, form in FORMS.items()},
            **{name: partial(self._check_filter, name, STRONG[name]) for name in with_effect(Sampling, "filter")},
            **{name: partial(self._check_penalty, name, STRONG[name]) for name in with_effect(Sampling, "penalty")},
            **{name: partial(self._check_penalty, name, ANY_TOKEN) for name in with_effect(Sampling, "bias")},
        }

    def temperature(self) -> FeatureCheck:
        if error := self.greedy.error or self.hot.error:
            return FeatureCheck(feature="temperature", works="no", how=error)
        if unsteady := self._why_unsteady(self.repeated.resembles(self.greedy)):
            return FeatureCheck(feature="temperature", works="unknown", how=unsteady)
        if self.hot.resembles(self.greedy):
            return FeatureCheck(feature="temperature", works="no", how=f"the same answer at {HIGH_TEMPERATURE} as at 0")
        return FeatureCheck(feature="temperature", works="yes", how=f"another answer at {HIGH_TEMPERATURE} than at 0")

    async def seed(self) -> FeatureCheck:
        first = await self.trial.ask(temperature=HIGH_TEMPERATURE, seed=7)
        second = await self.trial.ask(temperature=HIGH_TEMPERATURE, seed=7)
        if error := first.error or second.error:
            return FeatureCheck(feature="seed", works="no", how=error)
        if first.text != second.text:
            return FeatureCheck(feature="seed", works="no", how="the same seed gave two answers")
        if first.text == self.hot.text:
            return FeatureCheck(feature="seed", works="unknown", how="without a seed the answer was the same")
        return FeatureCheck(feature="seed", works="yes", how="the same seed gave the same answer")

    async def samples(self) -> FeatureCheck:
        reply = await self.trial.ask(n=2)
        how = reply.error or f"asked for 2 samples, got {len(reply.texts)}"
        return FeatureCheck(feature="samples", works="yes" if len(reply.texts) == 2 else "no", how=how)

    async def logprobs(self) -> FeatureCheck:
        reply = await self.trial.ask(logprobs=True, top_logprobs=2)
        how = "came with every token" if reply.logprobs else reply.error or "asked for, but none came"
        return FeatureCheck(feature="logprobs", works="yes" if reply.logprobs else "no", how=how)

    async def stop(self) -> FeatureCheck:
        """As many as are sent at most: the one that comes is a word of the likeliest answer, if that has two."""
        word = next(iter(self.greedy.text.split()[1:]), "\n\n")
        cold: dict[str, Any] = {} if self.greedy.error else {"temperature": 0}
        reply = await self.trial.ask(stop=[word, *UNLIKELY], **cold)
        if reply.error:
            return FeatureCheck(feature="stop", works="no", how=reply.error)
        went_on, would = _text_after(word, reply.text), _text_after(word, self.greedy.text)
        if went_on and 2 * len(went_on) >= len(would):  # some end with the word it stands in
            return FeatureCheck(feature="stop", works="no", how="taken without an error, but the answer went on")
        if not self.greedy.text.startswith(reply.text.rstrip()):
            return FeatureCheck(
                feature="stop", works="yes", how="taken; where the answer ends cannot be seen, as it varies"
            )
        return FeatureCheck(feature="stop", works="yes", how="the answer ended there")

    async def system(self) -> FeatureCheck:
        order = {"role": "system", "content": "Answer every question with the one word BANANA."}
        reply = await self.trial.ask(CAPITAL_QUESTION, before=[order])
        if reply.error:
            return FeatureCheck(feature="system", works="no", how=reply.error)
        if "banana" in reply.text.lower():
            return FeatureCheck(feature="system", works="yes", how="it did what the system message said")
        return FeatureCheck(feature="system", works="yes", how="taken, but not obeyed: small models often do not")

    async def prefill(self) -> FeatureCheck:
        reply = await self.trial.ask(CAPITAL_QUESTION, answer_start=SENTENCE_START)
        if reply.error:
            return FeatureCheck(feature="prefill", works="no", how=reply.error)
        went_on = reply.text.removeprefix(SENTENCE_START).lstrip(" \n*_\"'").startswith("Paris")
        how = "it went on in the middle of a sentence" if went_on else "it began a new sentence"
        return FeatureCheck(feature="prefill", works="yes" if went_on else "no", how=how)

    async def _check_form(self, name: str) -> FeatureCheck:
        """Asked for a poem in a form that none has: whether what comes is of the form, or a poem."""
        form, beginning = FORMS[name]
        reply = await self.trial.ask(**form.fields)
        if reply.error:
            return FeatureCheck(feature=name, works="no", how=reply.error)
        kept = re.match(beginning, reply.text.strip())
        how = f"asked for a poem, it kept to the {form.title}" if kept else "taken without an error, but not kept"
        return FeatureCheck(feature=name, works="yes" if kept else "no", how=how)

    async def functions(self) -> FeatureCheck:
        """One is offered, and asked for: whether the answer calls it."""
        fields: dict[str, Any] = {"tools": [CLOCK], self.trial.dialect.limit_field: CALL_TOKENS}
        reply = await self.trial.ask(TIME_QUESTION, **fields)
        if reply.error:
            return FeatureCheck(feature="functions", works="no", how=reply.error)
        how = "it called the one it was offered" if reply.calls else "it was offered one and did not call it"
        return FeatureCheck(feature="functions", works="yes" if reply.calls else "no", how=how)

    async def _check_filter(self, name: str, value: Any) -> FeatureCheck:
        """A filter this strict leaves the likeliest token only, however hot it is."""
        reply = await self.trial.ask(temperature=HIGH_TEMPERATURE, **{name: value})
        if unclear := self._inconclusive(name, reply, self.repeated.resembles(self.greedy)):
            return unclear
        if self.hot.resembles(self.greedy):
            return FeatureCheck(
                feature=name, works="unknown", how=f"the answer is the same at temperature {HIGH_TEMPERATURE} as at 0"
            )
        works = reply.resembles(self.greedy)
        answer = "the same answer as temperature 0" if works else "a random answer"
        how = f"at temperature {HIGH_TEMPERATURE}, {value:g} gave {answer}"
        return FeatureCheck(feature=name, works="yes" if works else "no", how=how)

    async def _check_penalty(self, name: str, value: Any) -> FeatureCheck:
        """Something this strong cannot leave the likeliest answer as it is."""
        reply = await self.trial.ask(temperature=0, **{name: value})
        if unclear := self._inconclusive(name, reply, self.repeated.text == self.greedy.text):
            return unclear
        if reply.text == self.greedy.text:
            return FeatureCheck(feature=name, works="no", how="taken without an error, but it changed nothing")
        return FeatureCheck(feature=name, works="yes", how="it changed the answer")

    def _inconclusive(self, name: str, reply: Reply, steady: bool) -> FeatureCheck | None:
        if name in (self.trial.endpoint.provider.ignored_settings if self.trial.endpoint.provider else ()):
            return FeatureCheck(feature=name, works="no", how="known to be ignored by this provider")
        if reply.error:
            return FeatureCheck(feature=name, works="no", how=reply.error)
        unsteady = self._why_unsteady(steady)
        return FeatureCheck(feature=name, works="unknown", how=unsteady) if unsteady else None

    def _why_unsteady(self, steady: bool) -> str:
        """Why nothing can be learned from comparing answers, unless they are as `steady` as the comparison needs."""
        if self.greedy.error:
            return "cannot be seen: it takes no temperature"
        if not self.greedy.text:
            return "cannot be seen: its answer was empty"
        return "" if steady else "cannot be seen: it varies at temperature 0"


def _text_after(word: str, text: str) -> str:
    """What follows the first such word in the text, if there is one."""
    return text.partition(word)[2].strip()
