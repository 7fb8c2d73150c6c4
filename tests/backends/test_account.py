"""Whoever has an account pays for all that any model is asked, whoever asks it for them, and is refused without one."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from playground import setups
from playground.backends.account import INSTALMENT, Account, charged
from playground.backends.base import NextToken, Request, Stream
from playground.backends.catalog import Catalog
from playground.backends.scripted import ScriptedBackend
from playground.errors import GenerationFailed, LimitReached
from playground.evaluation import experiments
from playground.evaluation import running as experiment_running
from playground.evaluation.store import Store
from playground.finetuning.heads.best_of_n import best_of_n, judge_answer
from playground.finetuning.preparation.writing.writer import CatalogWriter
from playground.running import runner
from playground.types import Delta, Message, Token, Usage, Weights

CatalogOf = Callable[..., Catalog]
HELLO = (Message("user", "Say one two three"),)
DEFAULT = Weights(model="default")


@dataclass
class Purse:
    """An account of so many tokens."""

    tokens: int = 10_000
    charged: list[int] = field(default_factory=list)

    def check(self) -> None:
        if sum(self.charged) >= self.tokens:
            raise LimitReached("The purse is empty.")

    def charge(self, tokens: int) -> None:
        self.charged.append(tokens)


@dataclass(frozen=True, kw_only=True)
class WithLogits(ScriptedBackend):
    """Reads and measures as a local model does."""

    def next_token(self, request: Request) -> NextToken:
        return None  # type: ignore[return-value]

    def score(self, request: Request, text: Any) -> tuple[Token, ...]:
        return (Token(id=1, text="a", logprob=-1.0, entropy=1.0),) * 3


@dataclass(frozen=True, kw_only=True)
class Server(ScriptedBackend):
    """Tells words and no tokens, and how many these were at the end; breaks off after `most` of them."""

    most: int = 99

    def stream(self, request: Request) -> Iterator[Delta]:  # type: ignore[override]
        yield Delta(index=0, prompt_tokens=5)
        for word in range(3):
            if word == self.most:
                raise GenerationFailed("The server is away.")
            yield Delta(index=0, text="word ")
        yield Delta(index=0, finish_reason="stop", usage=Usage(prompt_tokens=7, completion_tokens=9))


def opened(catalog: Catalog) -> Any:
    for _ in catalog.open("default"):
        pass
    return catalog.loaded_backend("default")


def asked(stream: Stream, news: int = 1_000) -> None:
    """So many news of it, and then no more."""
    for _, _ in zip(range(news), stream, strict=False):
        pass
    stream.close()
    stream.close()


@pytest.mark.parametrize("how", ["run", "rows", "best of n", "judge", "next token", "measure"])
def test_whatever_asks_a_model_is_charged_and_refused(catalog_of: CatalogOf, how: str) -> None:
    purse = Purse()
    catalog = catalog_of(kind=WithLogits).for_visitor("me", purse)
    backend = opened(catalog)

    def ask() -> object:
        match how:
            case "run":
                return [*runner.run(setups.parse({"task": {"input": "Hello"}}), catalog)]
            case "rows":
                return [*CatalogWriter(catalog, DEFAULT).write([HELLO], 8, 1.0, 1)]
            case "best of n":
                return next(best_of_n(catalog, DEFAULT, None, "default", "Hello", 2, 1))
            case "judge":
                return judge_answer(catalog, "default", "Hello", "Hi")
            case "next token":
                return backend.next_token(Request(messages=HELLO, model="default"))
        return backend.score(Request(messages=HELLO, model="default"), "a b c")

    with suppress(StopIteration):  # of a model that is no judge: it was asked all the same
        ask()
    assert sum(purse.charged) > 0
    purse.tokens = 0
    with pytest.raises(LimitReached, match="purse is empty"):
        ask()


def test_who_only_looks_at_a_model_pays_nothing_and_nobody_pays_for_another(catalog_of: CatalogOf) -> None:
    purse, shared = Purse(), catalog_of()
    mine = shared.for_visitor("me", purse)
    opened(mine)
    plain = shared.loaded_backend("default")
    assert plain
    assert mine.peek("default") is plain
    asked(plain.stream(Request(messages=HELLO, model="default")))
    assert not purse.charged


def test_what_was_stopped_is_charged_once_with_what_had_come(catalog_of: CatalogOf) -> None:
    purse = Purse()
    backend = opened(catalog_of(lambda *_: "one two three four five").for_visitor("me", purse))
    request = Request(messages=HELLO, model="default")
    read = backend.count_tokens(HELLO)
    asked(backend.stream(request), news=0)
    assert purse.charged == []
    asked(backend.stream(request), news=3)
    assert purse.charged == [read + 2]
    asked(backend.stream(request))
    assert purse.charged == [read + 2, read + 5]


@pytest.mark.parametrize(("most", "news", "charged"), [(99, 1_000, 16), (99, 3, 7), (1, 1_000, 6)])
def test_a_server_that_tells_no_tokens_is_paid_by_its_words_until_it_does(
    catalog_of: CatalogOf, most: int, news: int, charged: int
) -> None:
    purse = Purse()
    backend = opened(catalog_of(kind=Server, most=most).for_visitor("me", purse))
    stream = backend.stream(Request(messages=HELLO, model="default"))
    if most < 3:
        with pytest.raises(GenerationFailed):
            asked(stream, news)
    else:
        asked(stream, news)
    assert purse.charged == [charged]


def test_all_that_is_on_its_way_ends_soon_after_the_last_token_and_what_came_is_kept(catalog_of: CatalogOf) -> None:
    purse = Purse(tokens=100)
    catalog = catalog_of(lambda *_: "word " * 500).for_visitor("me", purse)
    backend = opened(catalog)
    streams = [backend.stream(Request(messages=HELLO, model="default")) for _ in range(3)]
    together = [*streams]
    while together:
        for stream in [*together]:
            try:
                next(stream)
            except LimitReached:
                together.remove(stream)
    assert all(not [*stream] for stream in streams)  # they have ended
    assert 100 <= sum(purse.charged) < 100 + 3 * (INSTALMENT + 1)

    purse.tokens = sum(purse.charged) + 40
    *_, run = runner.run(setups.parse({"task": {"input": "Hello"}, "sampling": {"max_tokens": 200}}), catalog)
    assert (run.status, str(run.error)) == ("failed", "The purse is empty.")
    assert run.steps[0].completions[0].text.count("word") > INSTALMENT


def test_an_experiment_ends_when_nothing_is_left_and_says_so_of_no_model(catalog_of: CatalogOf, tmp_path: Any) -> None:
    store = Store(tmp_path / "store.sqlite")
    plan = experiments.parse({"techniques": [{}], "data": {"size": 6}})

    def run(account: Account) -> Any:
        catalog = catalog_of().for_visitor("", account)
        *_, table = experiment_running.run(plan, catalog, store, parallel=1)
        return table

    purse = Purse(tokens=150)
    table = run(purse)
    assert (table.status, table.message) == (
        "stopped", "The purse is empty. What was done is kept; run again to ask the rest.",
    )  # fmt: skip
    assert 0 < len(table.results) < 6
    assert all(result.outcome != "failed" for result in table.results)
    more = run(Purse())
    assert (more.status, more.stored_count) == ("done", len(table.results))
    store.close()


def test_what_fails_for_another_reason_is_not_said_to_be_the_budgets(catalog_of: CatalogOf, tmp_path: Any) -> None:
    store, purse = Store(tmp_path / "store.sqlite"), Purse(tokens=40)

    @dataclass(frozen=True, kw_only=True)
    class Breaking(ScriptedBackend):
        """Uses up what is left, and then fails by itself."""

        def stream(self, request: Request) -> Stream:
            purse.charge(purse.tokens)
            raise GenerationFailed("The server is away.")

    catalog = catalog_of(kind=Breaking).for_visitor("", purse)
    *_, table = experiment_running.run(
        experiments.parse({"techniques": [{}], "data": {"size": 2}}), catalog, store, parallel=1
    )
    assert [result.note for result in table.results if "away" in result.note]
    store.close()


def test_what_came_is_charged_though_the_end_of_it_fails() -> None:
    class Broken:
        """A stream whose server is gone when it is closed."""

        def __iter__(self) -> Iterator[Delta]:
            return self

        def __next__(self) -> Delta:
            return Delta(index=0, text="word", prompt_tokens=3)

        def close(self) -> None:
            raise GenerationFailed("The server is gone.")

    class Model(ScriptedBackend):
        def stream(self, request: Request) -> Stream:
            return Broken()

    purse = Purse()
    stream = charged(Model(), purse).stream(Request(messages=HELLO))
    next(stream)
    with pytest.raises(GenerationFailed):
        stream.close()
    assert purse.charged == [4]
