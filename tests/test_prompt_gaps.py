"""A gap that an answer will fill is told from words that look like one: shown, counted and estimated by what it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.evaluation import experiments
from playground.evaluation.running.estimate import estimate
from playground.evaluation.store import Store
from playground.prompts import Prompt, PromptPiece, prompts_of
from playground.ui.run_view import prompt_values

TYPED = "What is \u27e8x\u27e9, and \u27e8Reason\u27e9?"
COT: dict[str, Any] = {"strategy": "chain_of_thought"}
TEMPLATES = {
    "Facts": "Of {input}",
    "Draft": "\u27e8x\u27e9 {Facts}{previous}",
    "Check": "{Facts}: {Draft} \u27e8Facts\u27e9",
}
CHAIN: dict[str, Any] = {
    "strategy": "chaining",
    "task": {"steps": [{"name": name, "template": template} for name, template in TEMPLATES.items()]},
}
VOTE: dict[str, Any] = {"strategy": "self_consistency", "options": {"paths": 2}}


def prompts(setup: dict[str, Any], text: str, **task: Any) -> tuple[Prompt, ...]:
    return prompts_of(setups.parse({**setup, "task": {**setup.get("task", {}), "input": text, **task}}))


@pytest.mark.parametrize(
    ("setup", "gaps"),
    [
        ({}, [()]),
        ({"strategy": "role", "task": {"role": TYPED}}, [()]),
        ({"strategy": "few_shot", "task": {"examples": [{"input": TYPED, "output": TYPED}]}}, [()]),
        (COT, [(), ("Reason",)]),
        (VOTE, [(), ("Sample paths",), ("Sample paths",)]),
        (CHAIN, [(), ("Facts", "Facts"), ("Facts", "Draft")]),
    ],
)
@pytest.mark.parametrize("text", ["What is x?", TYPED, "\u27e8Sample paths\u27e9", "\ue000\U000f0000"])
def test_what_is_typed_is_no_gap(setup: dict[str, Any], gaps: list[tuple[str, ...]], text: str) -> None:
    found = prompts(setup, text)
    assert [prompt.gaps for prompt in found] == gaps
    assert [prompt.step.depends_on for prompt in found] == [tuple(dict.fromkeys(labels)) for labels in gaps]


def test_a_text_comes_in_pieces() -> None:
    _, draft, check = prompts(CHAIN, "tea")
    gap = PromptPiece("\u27e8Facts\u27e9", "Facts")
    assert draft.contents == ((PromptPiece("\u27e8x\u27e9 "), gap, gap),)
    assert check.contents == (
        (gap, PromptPiece(": "), PromptPiece("\u27e8Draft\u27e9", "Draft"), PromptPiece(" \u27e8Facts\u27e9")),
    )
    assert check.step.messages[0].content == "\u27e8Facts\u27e9: \u27e8Draft\u27e9 \u27e8Facts\u27e9"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip))
def test_any_text_is_shown_as_it_is_typed_and_has_no_gap(text: str) -> None:
    first, second = prompts(COT, text)
    assert first.contents == second.contents == ((PromptPiece(text),),)
    assert second.gaps == ("Reason",)


def test_the_preview_counts_a_prompt_in_which_brackets_are_typed(catalog_of: Any) -> None:
    catalog = catalog_of()
    for _ in catalog.open("default"):
        pass
    shown = prompt_values.worked_out(lambda: {**COT, "task": {"input": TYPED}}, catalog).value
    assert [step["facts"] for step in shown["steps"]] == ["12 tokens", "length depends on answers"]
    typed = {"text": TYPED, "gap": False, "asked": True}
    assert shown["steps"][0]["messages"] == [{"role": "user", "pieces": [typed]}]
    begun = shown["steps"][1]["prefill"]
    assert [piece["text"] for piece in begun if piece["gap"]] == ["\u27e8Reason\u27e9"]


@pytest.mark.parametrize("technique", [{}, COT, VOTE, CHAIN], ids=lambda technique: technique.get("strategy", "plain"))
def test_an_estimate_takes_what_is_typed_for_words(tmp_path: Any, catalog_of: Any, technique: dict[str, Any]) -> None:
    store = Store(tmp_path / "store.sqlite")

    def tokens(text: str) -> int:
        plan = {
            "techniques": [technique],
            "data": {"name": "own", "shots": 0, "items": [{"input": text, "references": ["1"]}]},
        }
        return estimate(experiments.parse(plan), catalog_of(), store).prompt_tokens

    assert tokens("What is \u27e8x\u27e9, \u27e8Facts\u27e9?") == tokens("What is (x), (Facts)?")
    store.close()


def test_every_answer_that_stands_in_a_prompt_is_counted_at_its_full_length(tmp_path: Any, catalog_of: Any) -> None:
    store = Store(tmp_path / "store.sqlite")

    def tokens(technique: dict[str, Any], most: int) -> int:
        plan = {
            "techniques": [technique],
            "data": {"name": "own", "shots": 0, "items": [{"input": "i", "references": ["1"]}]},
        }
        return estimate(
            experiments.parse({**plan, "sampling": {"max_tokens": most}}), catalog_of(), store
        ).prompt_tokens

    for technique, gaps in ((COT, 1), (VOTE, 2), (CHAIN, 4), ({}, 0)):
        assert tokens(technique, 1100) - tokens(technique, 100) == 1000 * gaps
    store.close()


def test_prompts_beyond_what_can_be_read_are_counted_and_not_shown(catalog_of: Any) -> None:
    """Steps that each ask their long input several times make a hundred times as much of what was typed."""
    steps = [{"name": f"s{number}", "template": "{input}", "strategy": "tree_of_thoughts"} for number in range(20)]
    data = {"strategy": "chaining", "task": {"input": "word " * 30_000, "steps": steps}}
    shown = prompt_values.worked_out(lambda: data, catalog_of())
    assert "Its 100 prompts have 15," in shown.value["error"]
    assert shown.value["steps"] == []
