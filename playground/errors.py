"""All errors that people are shown; each says what happened and what to do.

    PlaygroundError                 a message for the person: what, to what, what to do next
    |-- InvalidSetup                a value in a setup or preset is wrong; names its path
    |-- UnknownModel                no model has that name
    |-- ModelUnavailable            a model could not be fetched or loaded
    |-- ModelInUse                  a model cannot be unloaded now
    |-- NotSupported                a setting that this model would ignore was asked for
    |-- PromptTooLong               the prompt does not fit the context window
    |-- LimitReached                a cap of this server (queue, rows, seconds) was hit
    |-- EndpointFailed              a server elsewhere refused, broke off or fell silent
    |   `-- AnswerWithheld          its filter stopped this one answer
    |-- ToolRefused                 a tool was asked for what it does not do
    |-- StoreFailed                 the file with stored results cannot be read or written
    |-- TrainingFailed              a training broke off, or what it left cannot be read
    `-- GenerationFailed            the model broke while it was answering

Everything else that is raised is a bug, is logged as one, and is never shown as if it were advice.
"""

from enum import Enum

FieldPath = tuple[str | int, ...]
DEEPEST = 6  # keys of a path: `techniques.0.task.examples.0.input`


class Unsaid(Enum):
    """Stands in for a value that its message does not repeat."""

    UNSAID = "unsaid"


class PlaygroundError(Exception):
    """Base of all messages meant for the person at the page or behind the API: words, or data to make them from.

    One that is about a value says where it stands (`path`), what it is, and the `rule` it breaks. Programs read
    "`path` is value; rule", or "`path` rule" where the value is unsaid; a form has the label of its own field in place
    of the path (`of`). Others are a whole `sentence`: a path is then no part of it, and `source` is the file and line.
    """

    def __init__(
        self,
        sentence: str = "",
        *,
        path: FieldPath = (),
        value: object = Unsaid.UNSAID,
        rule: str = "",
        source: str = "",
    ) -> None:
        self.sentence = sentence
        self.path = path
        self.value = value
        self.rule = rule
        self.source = source
        words = self.of(_subject(path))
        super().__init__(f"{source}: {words}" if source else words)

    def of(self, name: str) -> str:
        """The message with this name for the value; a whole sentence as it is."""
        if self.sentence:
            return self.sentence
        return (
            f"{name} {self.rule}"
            if self.value is Unsaid.UNSAID
            else f"{name} is {write_value(self.value)}; {self.rule}"
        )


class InvalidSetup(PlaygroundError):
    """A setup, preset or option has a value that is not allowed."""

    def at(self, path: FieldPath, source: str = "") -> "InvalidSetup":
        """The same of a value that stands elsewhere, seen from outside."""
        return InvalidSetup(self.sentence, path=path, value=self.value, rule=self.rule, source=source or self.source)


class UnknownModel(PlaygroundError):
    """No model has the requested name."""


class ModelUnavailable(PlaygroundError):
    """A model could not be fetched, read or loaded.

    `detail` is what a library said of it, which may name anything: for whoever runs the server, and not for strangers.
    """

    def __init__(self, message: str, detail: object = "") -> None:
        why = str(detail)[:500].rstrip(".")
        super().__init__(f"{message}: {why}." if why else message)
        self.brief = f"{message}; the server's log says why." if why else message


class ModelInUse(PlaygroundError):
    """A model or adapter cannot be unloaded while something runs on it."""


class NotSupported(PlaygroundError):
    """The chosen model would ignore a setting that was asked for."""


class PromptTooLong(PlaygroundError):
    """The prompt and one token more do not fit the model's context window."""


class LimitReached(PlaygroundError):
    """A cap set by whoever runs this server was hit."""


class EndpointFailed(PlaygroundError):
    """A server elsewhere did not answer. `passing`: it may if asked again, at the earliest `after` seconds from now.

    `status` is that of HTTP, 0 if there was none.
    """

    def __init__(
        self, message: str, *, is_transient: bool = False, retry_after: float | None = None, status: int = 0
    ) -> None:
        super().__init__(message)
        self.is_transient = is_transient
        self.retry_after = retry_after
        self.status = status


class AnswerWithheld(EndpointFailed):
    """A server elsewhere withheld an answer or a part of it, which says nothing about the next one."""


class ToolRefused(PlaygroundError):
    """A tool was asked for something that it does not do. The model that asked reads it, and may ask otherwise."""


class StoreFailed(PlaygroundError):
    """The file with stored results cannot be read or written."""


class TrainingFailed(PlaygroundError):
    """A training broke off, or what it left cannot be read; what it kept before stays."""


class TrainingHopeless(TrainingFailed):
    """A training broke off, and going on with it from its checkpoint would end in the same way."""


class GenerationFailed(PlaygroundError):
    """The model broke while it was answering; other requests may go on."""


def with_name(words: str, path: FieldPath, name: str) -> str:
    """The message of an error at that path, as a run keeps it, with this name for the value."""
    rest = words.removeprefix(_subject(path))
    return f"{name}{rest}" if rest != words else words


def _subject(path: FieldPath) -> str:
    return f"`{dotted_path(path)}`" if path else "This"


def dotted_path(path: FieldPath) -> str:
    """A path as programs write it: "task.examples.0.input". One that is too deep to be anybody's is cut."""
    parts = [ascii(key)[1:-1][:60] if isinstance(key, str) else str(key) for key in path]
    return ".".join(parts) if len(parts) <= DEEPEST else ".".join(parts[:4]) + "..."


def write_value(value: object) -> str:
    """A value in a message: short, on one line, in letters that every terminal has."""
    if value is None or value == "" or value == ():
        return "empty"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a very long number"  # which Python itself refuses to write out
    words = ascii(value)
    return words if len(words) <= 60 else f"{words[:57]}..."
