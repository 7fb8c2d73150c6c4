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
    |-- StoreFailed                 the file with stored results cannot be read or written
    `-- GenerationFailed            the model broke while it was answering

Everything else that is raised is a bug, is logged as one, and is never shown as if it were advice.
"""


class PlaygroundError(Exception):
    """Base of all messages meant for the person at the page or behind the API."""


class InvalidSetup(PlaygroundError):
    """A setup, preset or option has a value that is not allowed."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


class UnknownModel(PlaygroundError):
    """No model has the requested name."""


class ModelUnavailable(PlaygroundError):
    """A model could not be fetched, read or loaded.

    `detail` is what a library said of it, which may name anything: for whoever runs the server, and not for strangers.
    """

    def __init__(self, message: str, detail: object = "") -> None:
        shown = str(detail)[:500].rstrip(".")
        super().__init__(f"{message}: {shown}." if shown else message)
        self.brief = f"{message}; the server's log says why." if shown else message


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


class StoreFailed(PlaygroundError):
    """The file with stored results cannot be read or written."""


class GenerationFailed(PlaygroundError):
    """The model broke while it was answering; other requests may go on."""
