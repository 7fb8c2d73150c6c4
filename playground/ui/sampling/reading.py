"""A next-token distribution that was read once, and what can be done with it without asking the model again."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from playground.backends.base import Candidate, NextToken, Request
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import NotSupported
from playground.types import Progress
from playground.ui.run_view.continuing import TORN
from playground.ui.sampling.question import CheckedQuestion

SHOWN = 20  # candidates drawn as bars


@dataclass(frozen=True, slots=True)
class Reading:
    """What follows one question, kept in the visitor's session. `note` says how the last token came to be there."""

    asked: CheckedQuestion
    next: NextToken
    count_tokens: Callable[[str], int]  # of the prompt with this answer so far
    note: str = ""

    def writable(self, candidate: Candidate) -> bool:
        """Whether the text of the token, added to the answer, is read as that token again."""
        grows = self.count_tokens(self.asked.prefill + candidate.text) - self.count_tokens(self.asked.prefill)
        # A control token's name is plain text when someone writes it, and takes several tokens to spell.
        return TORN not in candidate.text and grows <= 1


def read(asked: CheckedQuestion, catalog: Catalog, note: str = "") -> Generator[Progress, None, Reading]:
    """Load the model if need be, yielding progress, and read what comes next. Raises PlaygroundError."""
    setup, messages = asked.setup, asked.messages
    backend = yield from catalog.open(setup.model, setup.adapter)
    require_logits(catalog.info(setup.model))
    yield Progress(what="Reading the prompt")
    request = Request(
        model=setup.model, adapter=setup.adapter, scale=setup.scale, messages=messages, generated_text=asked.prefill,
        visitor=catalog.visitor,
    )  # fmt: skip
    return Reading(asked, backend.next_token(request), lambda prefill: backend.count_tokens(messages, prefill), note)


def require_logits(info: ModelInfo) -> None:
    """Raises NotSupported for a model that only gives text."""
    if not info.capabilities.logits:
        raise NotSupported(
            f"{info.title} does not tell how likely each next token is; choose a local model. The sweep works with it."
        )
