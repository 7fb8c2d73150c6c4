"""What somebody's requests are charged to: whoever has a budget of tokens has one for all models, in every tab."""

from collections.abc import Sequence
from typing import Protocol

from playground.backends.base import Backend, Capabilities, NextToken, Request, Stream
from playground.errors import LimitReached
from playground.types import Delta, Message, Progress, Token

INSTALMENT = 32  # tokens of a request between two charges: what is on its way ends soon after the last


class Account(Protocol):
    """The tokens of one person. Safe from many threads."""

    def check(self) -> None:
        """Raises LimitReached when nothing is left."""

    def charge(self, tokens: int) -> None:
        """So many were read and written."""


def why_refused(account: Account | None) -> str:
    """Why nothing more can be charged to it, in words; "" while something can."""
    try:
        if account:
            account.check()
    except LimitReached as error:
        return str(error)
    return ""


def charged(backend: Backend, account: Account | None) -> Backend:
    """The model as somebody with this account asks it."""
    return ChargedBackend(backend, account) if account else backend


class ChargedBackend:
    """A model that is not asked for free. A request is refused while nothing is left, and else charged in instalments
    with what was read and written; it ends with the same words when nothing is left any more."""

    def __init__(self, backend: Backend, account: Account) -> None:
        self._backend, self._account = backend, account

    @property
    def capabilities(self) -> Capabilities:
        return self._backend.capabilities

    def stream(self, request: Request) -> Stream:
        self._account.check()
        return _ChargedStream(self._backend.stream(request), self._account)

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        return self._backend.count_tokens(messages, prefill)

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        return self._backend.prompt_text(messages, prefill)

    def next_token(self, request: Request) -> NextToken:
        self._account.check()
        follows = self._backend.next_token(request)
        self._charge_prompt(request)
        return follows

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        self._account.check()
        tokens = self._backend.score(request, text)
        self._charge_prompt(request, len(tokens))
        return tokens

    def _charge_prompt(self, request: Request, more: int = 0) -> None:
        begun = request.prefill + request.generated_text
        self._account.charge(self._backend.count_tokens(request.messages, begun) + more)


class _ChargedStream:
    """The same news, as long as they can be charged; what came last is charged at their end, whatever it is."""

    def __init__(self, stream: Stream, account: Account) -> None:
        self._stream, self._account, self._spent, self._charged = stream, account, _Spent(), 0

    def __iter__(self) -> "_ChargedStream":
        return self

    def __next__(self) -> Delta | Progress:
        try:
            news = next(self._stream)
            if self._spent.tokens - self._charged >= INSTALMENT:
                self._charge()
                self._account.check()
        except BaseException:  # its end is one, too
            self.close()
            raise
        if isinstance(news, Delta):
            self._spent.add(news)
        return news

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._charge()

    def _charge(self) -> None:
        due, self._charged = self._spent.tokens - self._charged, self._spent.tokens
        if due > 0:
            self._account.charge(due)


class _Spent:
    """The tokens of one request, as its news tell them: what it goes on from may be a file of somebody's own."""

    def __init__(self) -> None:
        self._read = 0  # once for all samples
        self._written: dict[int, int] = {}  # by sample

    def add(self, news: Delta) -> None:
        usage = news.usage
        self._read = max(self._read, news.prompt_tokens or 0, usage.prompt_tokens if usage else 0)
        # A server may tell words and no tokens, and how many they were only at the end.
        came = len(news.tokens) or bool(news.text or news.reasoning)
        self._written[news.index] = usage.completion_tokens if usage else self._written.get(news.index, 0) + came

    @property
    def tokens(self) -> int:
        return self._read + sum(self._written.values())
