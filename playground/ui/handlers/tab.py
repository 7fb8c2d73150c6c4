"""What all tabs of the page share, and what each of them tells the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.evaluation.watching.schedule import Schedule
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings
from playground.types import Setup
from playground.ui.handlers.fair_shares import Places
from playground.ui.handlers.put_back import PutBack
from playground.ui.handlers.sessions import Sessions

Values = Mapping[Any, Any]
Updates = dict[Any, Any]
TABLE = "variables"  # beside the values of a setup, the table of values for its variables
BEHIND = "behind"  # likewise, that it is opened without the Playground coming in sight


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassParts:
    """What of a class is on the page whatever tab is in sight: `door` keeps the browser's place in it, `secret` holds
    that place on the page, `line` says what a student has left, and `timer` asks for news of the student's class."""

    door: Any
    secret: Any
    line: Any
    timer: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What every tab is built with. `model_changes` counts what was loaded, unloaded or connected; a setup, as plain
    data, that is put into `setup_to_open` is opened in the Playground, a comparison, as its form is kept, that is put
    into `comparison_to_open` in Compare, and the plan of an experiment that is put into `plan_to_open` in Experiments;
    the results of an experiment as JSON, with what to call them, that are put into `answers_to_learn` become rows to
    learn from; an experiment or a setup, as plain data under that word, that is put into `assignment_to_give` is what a
    teacher gives a class, and what a student may not change of the Playground's form is put into `fixed`, see
    `setup_form.fixed_parts`, which the browser keeps as `fixed_kept`; `in_class` is None where nobody can begin a
    class: strangers meet none then. `trainings` are all of this server, and `schedule` looks at its watches.
    `comparison`, `plan` and `chat` are what the browser keeps of the forms for them, and `lessons` what it keeps of the
    lessons. `ready` changes when a model has been loaded, so that its tokens can be counted. `opening` attaches a
    handler to this tab's coming in sight: what a tab shows is asked for by whoever opens it, and not whenever the page
    opens.
    """

    page: Any
    opening: Callable[..., Any]
    settings: Settings
    sessions: Sessions
    store: Store
    places: Places
    model_changes: Any
    setup_to_open: Any
    comparison_to_open: Any
    plan_to_open: Any
    answers_to_learn: Any
    assignment_to_give: Any
    fixed: Any
    fixed_kept: Any
    in_class: ClassParts | None
    trainings: TrainingJobs
    schedule: Schedule
    comparison: Any
    plan: Any
    chat: Any
    lessons: Any
    ready: Any

    @property
    def has_classes(self) -> bool:
        return self.in_class is not None

    @property
    def catalog(self) -> Catalog:
        """The models that are there for everybody."""
        return self.sessions.of(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A button that takes the Playground's setup into another tab: `take(values of inputs, setup, catalog)` gives
    updates. The setup's input is what is sent, or, `as_typed`, with its variables as they stand in the form."""

    button: Any
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    take: Callable[[Values, Setup, Catalog], Updates]
    as_typed: bool = False


ReadInputs = Callable[[Values, Any], tuple[Setup, Sequence[str]]]  # of a request: a setup, and inputs to ask it


class Trying(Protocol):
    """Lets an event try the Playground's setup on a list of inputs, in another tab."""

    def __call__(self, event: Any, read: ReadInputs, inputs: Sequence[Any], tabs: Any, tab: str) -> None:
        """`read` needs the values of `inputs`; this one of the page's `tabs` comes in sight."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TabLink:
    """What a tab holds, as the values of a link of this `kind`: `read(values of inputs, catalog)` gives them, and
    `write(values, catalog)` gives updates and what is to be said of them, such as that a model is not there.

    `button` copies the link, and `back` is the way back to what the tab held before one was opened. `restored`
    attaches a handler to when the tab holds what was typed before a reload. Where a run writes over what a link brings,
    `going` is the session's memory of that run: its end is waited for.
    """

    kind: str
    button: Any
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    read: Callable[[Values, Catalog], Mapping[str, Any]]
    write: Callable[[Mapping[str, Any], Catalog], tuple[Updates, str]]
    back: PutBack
    restored: Callable[..., Any] | None = None
    going: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What takes something of another tab into this one: `take(values of inputs, *what was put there)` gives
    updates."""

    inputs: Sequence[Any]
    outputs: Sequence[Any]
    take: Callable[..., Updates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """What a tab tells the others: what takes the Playground's setup, what tries it on a list of inputs, what of the
    tab a link holds, and what takes answers to learn or an assignment to give."""

    taking: Sequence[Taking] = ()
    trying: Sequence[Trying] = ()
    link: TabLink | None = None
    learning: Receiving | None = None
    giving: Receiving | None = None
