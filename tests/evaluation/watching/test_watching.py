"""A watch: looks that ask anew, an alarm that chance alone does not raise, and what is kept of both."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.cli import experiment as command
from playground.errors import StoreFailed
from playground.evaluation import experiments
from playground.evaluation.statistics.power import ALPHA
from playground.evaluation.store import Store
from playground.evaluation.watching import kept as keeping
from playground.evaluation.watching import telling
from playground.evaluation.watching.alarms import changes, level_of
from playground.evaluation.watching.kept import Kept, Watches
from playground.evaluation.watching.looking import look
from playground.evaluation.watching.looks import ColumnLook, Look
from playground.evaluation.watching.watch import Watch, watch_of
from playground.returning import Returning
from playground.types import Weights

PLAN = {
    "title": "Words", "data": {"name": "own", "shots": 0, "answer": "label", "labels": ["yes", "no"],
    "items": [{"id": str(n), "input": f"Item {n}?", "references": ["yes"]} for n in range(40)]},
    "techniques": [{}], "sampling": {"max_tokens": 3}, "models": [{"model": "default"}],
}  # fmt: skip


def watched(**more: Any) -> Watch:
    return watch_of(experiments.parse({**PLAN, **more}))


def seen(right: int, of: int = 40, *, made: float = 0.0, complete: bool = True, column: str = "Zero-shot") -> Look:
    """A look of which so many items were right, the first ones."""
    items = {str(n): float(n < right) for n in range(of)}
    one = ColumnLook(mean=right / of, low=0.1, high=0.9, failed=0, binary=True, items=items)
    return Look(made=made, seconds=1.0, columns={column: one}, complete=complete)


# -------------------------------------------------------------------------------------------------- the alarm
def test_the_levels_of_all_looks_add_up_to_one() -> None:
    levels = [level_of(number) for number in range(1, 5000)]
    assert levels == sorted(levels, reverse=True)
    assert sum(levels[:10]) == pytest.approx(ALPHA / 2)
    assert sum(levels[10:30]) == pytest.approx(ALPHA / 4)
    assert ALPHA * 0.99 < sum(levels) < ALPHA


def test_a_plain_drop_is_an_alarm_and_a_rise_is_none() -> None:
    (drop,) = changes(seen(36), seen(16), 1)
    assert drop.is_drop
    assert drop.difference == pytest.approx(-0.5)
    assert drop.items == 40
    (rise,) = changes(seen(16), seen(36), 1)
    assert not rise.is_drop
    (small,) = changes(seen(36), seen(33), 1)
    assert not small.is_drop


def test_what_is_an_alarm_at_the_first_look_may_be_none_at_a_late_one() -> None:
    before, after = seen(36), seen(26)  # ten items lost, none gained: p = 0.002
    assert changes(before, after, 1)[0].is_drop
    assert not changes(before, after, 11)[0].is_drop


@pytest.mark.parametrize(("items", "number", "can"), [(9, 1, False), (10, 1, True), (10, 11, False), (12, 11, True)])
def test_where_no_drop_could_be_told_that_is_said(items: int, number: int, can: bool) -> None:
    (largest,) = changes(seen(items, items), seen(0, items), number)
    assert largest.can_be_drop == largest.is_drop == can
    assert ("ask more items" in telling.change_sentence(largest)) == (not can)


def test_scores_that_are_no_right_or_wrong_are_compared_too() -> None:
    def graded(shift: float) -> Look:
        items = {str(n): 0.5 + 0.01 * (n % 7) - shift for n in range(40)}
        one = ColumnLook(mean=0.5, low=0.4, high=0.6, failed=0, binary=False, items=items)
        return Look(made=0.0, seconds=1.0, columns={"x": one})

    assert changes(graded(0.0), graded(0.2), 1)[0].is_drop
    assert not changes(graded(0.0), graded(0.0), 1)[0].is_drop


def test_chance_alone_hardly_ever_raises_an_alarm_however_often_one_looks() -> None:
    """Of 100 servers that never change, each looked at 40 times, one in twenty at most may alarm; the test leaves room
    for twice that, and a level of 5 % at each look would alarm far more often."""
    random, alarms, naive = np.random.default_rng(7), 0, 0
    for _ in range(100):
        hard = random.uniform(0.3, 0.9, 60)

        def asked(hard: Any = hard) -> Look:
            items = {str(n): float(value) for n, value in enumerate(random.uniform(size=60) < hard)}
            return Look(made=0.0, seconds=1.0, columns={"x": replace(seen(1).columns["Zero-shot"], items=items)})

        reference = asked()
        found = [changes(reference, asked(), number)[0] for number in range(1, 41)]
        alarms += any(one.is_drop for one in found)
        naive += any(one.difference < 0 and one.p < ALPHA for one in found)
    assert alarms <= 10 < naive


def test_columns_of_a_look_are_adjusted_together() -> None:
    def two(right: int) -> Look:
        both = {name: seen(right, column=name).columns[name] for name in ("a", "b")}
        return Look(made=0.0, seconds=1.0, columns=both)

    alone, together = changes(seen(36), seen(27), 1)[0], changes(two(36), two(27), 1)[0]
    assert together.p == pytest.approx(2 * alone.p)


# ------------------------------------------------------------------------------------------------ what is kept
@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def test_looks_are_kept_and_the_first_complete_one_is_the_reference(store: Store) -> None:
    watch, watches = watched(), Watches(store)
    assert watches.find(watch) == Kept(watch=watch)
    assert telling.last_sentences(watches.find(watch)) == ("Nobody has looked yet.",)
    watches.add(watch, seen(10, complete=False))
    kept = watches.add(watch, seen(36, made=1.0))
    assert kept.reference == 1
    assert "is the reference" in telling.last_sentences(kept)[0]
    watches.add(watch, seen(20, complete=False))
    assert telling.drops_of(watches.find(watch)) == ()
    assert "not complete" in telling.last_sentences(watches.find(watch))[0]
    kept = watches.add(watch, seen(20, made=2.0))
    assert kept.numbered == 1
    assert [telling.verdict_text(kept, place) for place in range(4)] == [
        "not complete", "reference", "not complete", "drop",
    ]  # fmt: skip
    assert "ALARM: less, by more than chance explains" in telling.last_sentences(kept)[-1]
    assert Watches(Store(store.path)).find(watch) == kept  # by another process too
    assert watches.all() == (kept,)
    renewed = watches.renew(watch)
    assert (renewed.reference, renewed.numbered) == (3, 0)
    assert telling.drops_of(renewed) == ()
    watches.forget(watch)
    assert watches.all() == ()
    assert watches.find(watch) == Kept(watch=watch)


def test_old_looks_go_and_the_reference_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_LOOKS", 3)
    watch, watches = watched(), Watches(store)
    for number in range(6):
        kept = watches.add(watch, seen(30, made=float(number)))
    assert [one.made for one in kept.looks] == [0.0, 4.0, 5.0]
    assert (kept.reference, kept.numbered) == (0, 5)
    watches.renew(watch)
    for number in range(6, 9):
        kept = watches.add(watch, seen(30, made=float(number)))
    assert kept.looks[kept.reference].made == 5.0
    assert [one.made for one in kept.looks] == [5.0, 7.0, 8.0]


def test_old_looks_go_where_none_was_complete(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_LOOKS", 3)
    watch, watches = watched(), Watches(store)
    for number in range(5):
        kept = watches.add(watch, replace(seen(30, made=float(number)), complete=False))
    assert [one.made for one in kept.looks] == [2.0, 3.0, 4.0]
    kept = watches.add(watch, seen(30, made=5.0))
    assert [one.made for one in kept.looks] == [3.0, 4.0, 5.0]
    assert (kept.reference, kept.numbered) == (2, 0)


def test_there_are_only_so_many_watches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_WATCHES", 1)
    Watches(store).add(watched(), seen(1))
    with pytest.raises(StoreFailed, match="1 watches are kept, the most; forget one"):
        Watches(store).add(watched(seed=1), seen(1))


def test_a_watch_is_what_is_asked_of_whom() -> None:
    assert watched().key == watched(title="Other", about="x", expectations=[{"column": "Zero-shot", "at_least": 1}]).key
    assert watched().key != watched(seed=1).key
    plan = experiments.parse(PLAN)
    assert watch_of(plan, Weights(model="default", adapter="a")).key != watch_of(plan).key
    assert watch_of(plan, Weights(model="default", adapter="a")).title == "Words, default + a"


# ---------------------------------------------------------------------------------------------------- looking
class Changing:
    """A server that says yes until it changes."""

    def __init__(self) -> None:
        self.word, self.asked = "yes", list[str]()

    def catalog(self) -> Catalog:
        def answer(*_: Any) -> str:
            self.asked.append(self.word)  # by many threads
            return self.word

        backend = ScriptedBackend(reply=answer)
        return Catalog(
            [
                ModelEntry(
                    name="default",
                    title="Default",
                    kind="local",
                    load=lambda _: backend,
                    capabilities=backend.capabilities,
                )
            ]
        )


def look_at(watch: Watch, catalog: Catalog) -> Look:
    with Returning(look(watch, catalog, max_seconds=60)) as work:
        for _ in work:
            pass
    return work.value


def test_every_look_asks_anew_and_a_change_is_an_alarm(store: Store) -> None:
    server, watch, watches = Changing(), watched(), Watches(store)
    catalog = server.catalog()
    for _ in range(2):
        kept = watches.add(watch, look_at(watch, catalog))
    assert len(server.asked) == 80  # nothing that was answered before is taken for what it says now
    assert kept.looks[1].columns["Zero-shot"].mean == 1.0
    assert telling.drops_of(kept) == ()
    server.word = "no"
    kept = watches.add(watch, look_at(watch, catalog))
    assert [change.column for change in telling.drops_of(kept)] == ["Zero-shot"]


# ------------------------------------------------------------------------------------------- the command line
def run(*arguments: str) -> int:
    return command.main(["watch", *arguments, "--quiet"])


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_STORE", str(tmp_path / "store.sqlite"))
    (tmp_path / "plan.yaml").write_text(experiments.write_yaml(experiments.parse(PLAN)))
    return tmp_path / "plan.yaml"


def test_the_exit_status_tells_a_machine(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from playground.cli import watch

    server = Changing()
    catalog = server.catalog()
    monkeypatch.setattr(watch, "_catalog", lambda *_: catalog)
    assert run(str(plan), "--looks", "2") == 0
    assert "This look is the reference" in capsys.readouterr().out
    server.word = "no"
    assert run(str(plan)) == 3
    assert "ALARM: less, by more than chance explains" in capsys.readouterr().out
    assert run(str(plan), "--show") == 3
    shown = capsys.readouterr().out
    assert shown.count("\n") == 6
    assert "(drop)" in shown
    assert "so that looking often makes no alarm" in shown
    assert run(str(plan), "--renew") == 0
    assert run(str(plan), "--every", "1s", "--looks", "2") == 0


def test_what_cannot_begin_is_said(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in [
        ([str(tmp_path / "none.yaml")], "none.yaml cannot be read: there is no such file."),
        ([str(plan), "--every", "often"], "`every` is 'often'; it must be a number with s, m, h or d, such as 6h."),
        ([str(plan), "--endpoint", "http://127.0.0.1:9/v1"], "--endpoint goes with --model"),
        ([str(plan), "--model", "nobody"], "nobody"),
        ([str(plan), "--endpoint", "http://127.0.0.1:9/v1", "--model", "m"], "watched"),
    ]:
        assert run(*arguments) == 2, arguments
        assert words in capsys.readouterr().err
