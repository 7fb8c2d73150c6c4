"""Scores calls of functions: against those that a reference names, and against their functions' schemas."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, missing_answer
from playground.evaluation.scorers.json_equal import STRICT, composed_keys, is_equal
from playground.evaluation.scorers.json_text import NoJSON, value_in, value_of
from playground.functions.calls import MOST_CALLS, arguments_of, fault_of, read_calls
from playground.functions.listing import read_functions
from playground.parameters import flag, text
from playground.types import MAX_TEXT, Function, FunctionCall

WHERE = ("scorer", "options", "functions")
FORM = '{"name": "weather", "arguments": {"town": "Bern"}}, a list of such calls, or [] for none'
LONGEST_SHOWN = 80  # characters of an argument, or of a call


@dataclass(frozen=True, kw_only=True)
class ExpectedCalls(Scorer):
    name = "function_calls"
    title = "Function calls"
    about = (
        f"The answer calls the functions that the reference names, with equal arguments. A reference is {FORM}. "
        'Numbers are compared by value (2 is 2.0, but not "2"), keys in any order, texts as `strict` says. Of several '
        "references any one is right."
    )
    longest = MAX_TEXT

    functions: str = text(
        max_length=20_000,
        lines=6,
        help="The functions, listed as for function calling: each call must fit its function's schema. Empty: schemas "
        "are not looked at.",
    )
    schema_only: bool = flag(False, help="Calls that fit their schemas are right, whatever a reference says.")
    ordered: bool = flag(False, help="Several calls must come in the reference's order.")
    strict: bool = flag(True, help=STRICT)

    def needs_references(self) -> bool:
        return not self.schema_only

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        self._listed()  # says what is wrong with it
        if self.schema_only and not self.functions.strip():
            raise InvalidSetup(path=WHERE, value="", rule="`schema_only` needs the functions whose schemas calls fit.")
        for item in dataset.items if self.needs_references() else ():
            for reference in item.references:
                if _read_reference(reference) is None:
                    raise self.wrong_item(item, f"has a reference that names no calls ({FORM})")

    def prepare(self, dataset: Dataset) -> None:
        functions = self._listed() if self.needs_references() else ()
        for item in dataset.items if functions else ():
            for reference in item.references:
                faults = (fault_of(call, functions) for call in _read_reference(reference) or ())
                if fault := next(filter(None, faults), ""):
                    raise self.wrong_item(item, f"has a reference that its function would refuse ({fault})")

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing_answer("call", answer)
        made, expected = read_answer(answer), [] if self.schema_only else [*map(_read_reference, item.references)]
        if not made and () not in expected:
            return missing_answer("call", answer)
        functions = self._listed()
        why = next((f"{call.name}: {fault}" for call in made if functions and (fault := fault_of(call, functions))), "")
        if not why and expected:
            differences = [self._difference(made, calls or ()) for calls in expected]
            why = "" if "" in differences else differences[0]
        predicted = ", ".join(map(_write, made)) or "no call"
        return Verdict(score=float(not why), right=not why, predicted=predicted, note=why.removeprefix(": "))

    def _listed(self) -> tuple[Function, ...]:
        return read_functions(self.functions, WHERE) if self.functions.strip() else ()

    def _difference(self, made: Sequence[FunctionCall], expected: Sequence[FunctionCall]) -> str:
        """Why these calls are not the expected ones, "" where they are."""
        missing, odd = [*expected], []
        for call in made:
            same = next((one for one in missing if self._is_same(call, one)), None)
            missing.remove(same) if same else odd.append(call)
        if len(missing) == len(odd) == 1 and missing[0].name == odd[0].name:
            return self._wrong_arguments(odd[0], missing[0])
        if missing or odd:
            told = [("Not called", missing), ("Not to be called", odd)]
            return " ".join(f"{words}: {', '.join(map(_write, calls))}." for words, calls in told if calls)
        if self.ordered and not all(map(self._is_same, made, expected)):
            return f"The calls are right, but their order is to be {', '.join(map(_write, expected))}."
        return ""

    def _is_same(self, call: FunctionCall, other: FunctionCall) -> bool:
        return call.name == other.name and is_equal(arguments_of(call), arguments_of(other), strict=self.strict)

    def _wrong_arguments(self, call: FunctionCall, expected: FunctionCall) -> str:
        values, wanted = arguments_of(call), composed_keys(arguments_of(expected))
        if not isinstance(values, dict):
            return f"{call.name}: the arguments are no JSON object."
        values, faults = composed_keys(values), []
        for name in dict.fromkeys([*wanted, *values]):
            if name not in values:
                faults.append(f"{name} is missing")
            elif name not in wanted:
                faults.append(f"{name} is not expected")
            elif not is_equal(values[name], wanted[name], strict=self.strict):
                faults.append(f"{name} is {_write_value(values[name])}, expected is {_write_value(wanted[name])}")
        return f"{call.name}: {'; '.join(faults)}."


def read_answer(answer: str) -> tuple[FunctionCall, ...]:
    """The calls in an answer: marked as models mark them, or else as JSON, one call or a list of them."""
    _, calls = read_calls(answer)
    if calls:
        return calls
    try:
        return _as_calls(value_in(answer)) or ()
    except NoJSON:
        return ()


def _read_reference(reference: str) -> tuple[FunctionCall, ...] | None:
    """The calls that a reference names; None for one that names none, unless it is an empty list."""
    try:
        calls = _as_calls(value_of(reference))
    except NoJSON:
        return None
    return None if calls is None or any(not isinstance(arguments_of(call), dict) for call in calls) else calls


def _as_calls(value: Any) -> tuple[FunctionCall, ...] | None:
    """The JSON value as calls, each by itself or as OpenAI's protocol wraps it; None where it is something else."""
    listed = value if isinstance(value, list) else [value]
    calls = [one["function"] if isinstance(one, dict) and "function" in one else one for one in listed[:MOST_CALLS]]
    if not all(isinstance(one, dict) and one.keys() == {"name", "arguments"} for one in calls):
        return None
    return tuple(
        FunctionCall(name=str(one["name"]), arguments=_write_arguments(one["arguments"]), id="") for one in calls
    )


def _write_arguments(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _write(call: FunctionCall) -> str:
    return (
        f"{call.name}({_cut(call.arguments)})" if call.name else f"a call that cannot be read, {_cut(call.arguments)}"
    )


def _write_value(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(written: str) -> str:
    return written if len(written) <= LONGEST_SHOWN else f"{written[: LONGEST_SHOWN - 3]}..."
