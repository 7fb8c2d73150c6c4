"""A run as a reader's browser or file keeps it: written whole, and read again with every check.

Anybody can write such a file, or send such a run: nothing in one is evidence of what a model wrote.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from playground import setups
from playground.errors import InvalidSetup, LimitReached
from playground.json_values import as_json
from playground.types import Completion, Finding, Run, Status, Thought

VERSION = 1
MOST_BYTES = 3 * 2**20  # of one run as JSON
MOST_WORDS = 200  # characters of what says which values of variables were sent
MOST_PARTS = 2_000  # of a run: its steps, or votes, which figures show, or thoughts
MOST_FINDINGS = 2_000  # of a run: labels for an input, or for parts of it
DEEPEST = 50  # levels of a search: it is shown as deep as it is, and JSON that is too deep is not sent
LARGEST = 1e15  # of a number in a run: a count, an id or a seed, never as much
LEAST_LOGPROB = -700  # of a token: e to the power of less is 0
ENDED: tuple[Status, ...] = ("done", "stopped", "failed")
NONE = "This is no run of the playground's"
TOO_LARGE = f"a run has at most {MOST_BYTES:,} bytes, so it was not opened."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run that has ended. `form_values` are what the form held, as plain data, where that is not the run's setup
    alone: the variables of its input as they were typed; `of` says in short which values were sent for them."""

    run: Run
    form_values: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    whole: bool = True  # its tokens are there

    @property
    def form(self) -> Mapping[str, Any]:
        """What the form held, as plain data."""
        return self.form_values or setups.changed_settings(self.run.setup)


def write(kept: KeptRun) -> str:
    """As JSON for `read`; without the run's tokens where they would be too much. Raises LimitReached for one that is
    too large even so."""
    text = dump(as_data(kept))
    if len(text.encode()) > MOST_BYTES:
        text = dump(as_data(replace(kept, run=setups.without_tokens(kept.run), whole=False)))
    if len(text.encode()) > MOST_BYTES:
        raise LimitReached(f"This run is too large to be kept: {TOO_LARGE}")
    return text


def as_data(kept: KeptRun) -> dict[str, Any]:
    """As plain data."""
    asked = {"asked": as_json(kept.form_values), "of": kept.of} if kept.form_values else {}
    return {"version": VERSION, "whole": kept.whole, **asked, "run": setups.run_to_dict(kept.run)}


def write_file(runs: Sequence[KeptRun]) -> str:
    """A file of runs, as the history writes and takes in: without loss, however large."""
    return dump({"runs": [as_data(kept) for kept in runs]})


def dump(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read(text: Any) -> KeptRun:
    """What `write` wrote. Raises InvalidSetup or LimitReached for anything else: nothing in it is taken on trust."""
    if not isinstance(text, str):
        raise InvalidSetup(f"{NONE}: it is no text.")
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise LimitReached(f"{NONE}: {TOO_LARGE}")
    try:
        data = as_json(json.loads(text, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        raise InvalidSetup(f"{NONE}: it cannot be read as JSON.") from None
    if not isinstance(data, Mapping) or not isinstance(data.get("run"), Mapping):
        raise InvalidSetup(f"{NONE}: it has no `run`.")
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise InvalidSetup(f"{NONE}: it has no version.")
    if version > VERSION:
        raise InvalidSetup(
            f"This run was kept by a newer playground, in version {version} of the format; this one reads {VERSION}."
        )
    if not setups.has_few_values(data):
        raise LimitReached(f"{NONE}: it has more than {setups.MAX_VALUES:,} values.")
    asked, of = data.get("asked", {}), data.get("of", "")
    if not isinstance(asked, Mapping) or not isinstance(of, str) or len(of) > MOST_WORDS:
        raise InvalidSetup(f"{NONE}: what was asked cannot be read.")
    return KeptRun(run=_check(data["run"]), form_values=asked, of=of, whole=data.get("whole") is not False)


def _check(data: Mapping[str, Any]) -> Run:
    """The run, in which nothing can be that no run of ours has: each view takes it for one."""
    _check_numbers(data)
    run = setups.run_from_dict(data)
    if run.status not in ENDED:
        raise InvalidSetup(f"{NONE}: it has not ended.")
    if max(map(len, (run.steps, run.votes, run.tree))) > MOST_PARTS:
        raise LimitReached(f"{NONE}: it has more than {MOST_PARTS:,} steps, votes or thoughts.")
    if not all(step.label.strip() for step in run.steps):
        raise InvalidSetup(f"{NONE}: a step has no name.")
    functions = [function for step in run.steps for message in step.messages for function in message.functions]
    if not all(_is_json(function.parameters) for function in functions):
        raise InvalidSetup(f"{NONE}: a function in it has parameters that are no JSON.")
    _check_tree(run.tree)
    completions = [completion for step in run.steps for completion in step.completions]
    _check_findings([finding for completion in completions for finding in completion.findings])
    tokens = [token for completion in completions for token in completion.tokens]
    logprobs = [token.logprob for token in tokens] + [one.logprob for token in tokens for one in token.top]
    if not all(LEAST_LOGPROB <= logprob <= 1 for logprob in logprobs):
        raise InvalidSetup(f"{NONE}: a token has a log-probability that none can have.")
    spent = [*_spent(run), *(part for completion in completions for part in _spent(completion))]
    if any(part is not None and part < 0 for part in spent):
        raise InvalidSetup(f"{NONE}: it cost less than nothing.")
    if any(vote.count < 1 for vote in run.votes):
        raise InvalidSetup(f"{NONE}: nobody voted for an answer that was voted for.")
    return replace(run, setup=setups.parse(setups.to_dict(run.setup)), progress=None)


def _spent(one: Run | Completion) -> tuple[float | None, ...]:
    """Money, tokens and time: what goes on from them counts them."""
    return one.cost, one.prompt_tokens, one.completion_tokens, one.seconds


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text, parse_constant=_refuse_constant), dict)
    except (ValueError, RecursionError):
        return False


def _check_tree(tree: Sequence[Thought]) -> None:
    depths: list[int] = []
    for at, thought in enumerate(tree):
        if thought.parent is not None and not 0 <= thought.parent < at:
            raise InvalidSetup(f"{NONE}: its tree has a step before the one that it came from.")
        depths.append(0 if thought.parent is None else depths[thought.parent] + 1)
    if max(depths, default=0) >= DEEPEST:
        raise LimitReached(f"{NONE}: its tree has more than {DEEPEST} levels.")


def _check_findings(findings: Sequence[Finding]) -> None:
    """Their parts of the text are copied, and each is compared with those that are marked already."""
    if len(findings) > MOST_FINDINGS:
        raise LimitReached(f"{NONE}: it has more than {MOST_FINDINGS:,} labels that were found.")
    parts = [(finding.start, finding.end) for finding in findings if (finding.start, finding.end) != (None, None)]
    if any(start is None or end is None or not 0 <= start <= end for start, end in parts):
        raise InvalidSetup(f"{NONE}: a label stands at no place of the text.")
    if sum(end - start for start, end in parts if start is not None and end is not None) > MOST_BYTES:
        raise LimitReached(f"{NONE}: its labels stand for more text than there can be.")


def _check_numbers(data: Any) -> None:
    left = [data]
    while left:
        part = left.pop()
        if isinstance(part, Mapping):
            left += part.values()
        elif isinstance(part, list):
            left += part
        elif isinstance(part, (int, float)) and abs(part) > LARGEST:
            raise InvalidSetup(f"{NONE}: a number in it is beyond all that a run can have.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
