"""What the list of models shows, as plain values."""

import json
from dataclasses import replace
from typing import Any

import pytest

from playground.backends import packaged_models
from playground.backends.base import Capabilities
from playground.backends.catalog import ModelInfo
from playground.backends.details import AdapterDetails, FastPaths, ModelDetails
from playground.backends.suggestions import suggestions
from playground.errors import ModelUnavailable, PlaygroundError
from playground.settings import Settings
from playground.types import Progress
from playground.ui.models import list_values
from playground.ui.widgets.status import status

WAYS = FastPaths(
    layers=30, fused=28, not_fused="two are odd", shares=True, not_shared="", joins=False, not_joined="it cannot",
    products=121, four_bits=120, eight_bits=0,
)  # fmt: skip
DETAILS = ModelDetails(
    ways=WAYS,
    source="/models/tiny", architecture="LlamaForCausalLM", parameters=134_515_008, stored="bfloat16",
    precision="float32", device="cpu", memory_bytes=500_000_000, context_length=2048, chat=False, seconds=1.5,
)  # fmt: skip
ALONE = AdapterDetails(
    name="odd", title="Odd", loaded=True, kind="IA3", parameters=1200, shared=False, why="it rescales",
    warnings=("It was made for another revision.",), source="/adapters/odd",
)  # fmt: skip
LOADED = ModelInfo(
    name="tiny", title="Tiny", kind="local", loaded=True, capabilities=Capabilities(sampling=frozenset()),
    details=DETAILS, adapters=(ALONE, AdapterDetails(name="new", title="New")),
)  # fmt: skip
PRIVATE = Settings()


class Shelf:
    """A catalog of what it was given."""

    def __init__(self, *infos: ModelInfo, doing: Progress | PlaygroundError | None = None) -> None:
        self.infos, self.doing = infos, doing

    def models(self) -> tuple[ModelInfo, ...]:
        return self.infos

    def status(self, name: str) -> Progress | PlaygroundError | None:
        return self.doing


def shown(*infos: ModelInfo, settings: Settings = PRIVATE, tight: bool = False, doing: Any = None) -> dict[str, Any]:
    return list_values.models_value(Shelf(*infos, doing=doing), settings, tight)  # type: ignore[arg-type]


def test_a_loaded_model_tells_what_it_is() -> None:
    value = shown(LOADED, settings=Settings(memory_megabytes=1000))
    assert value["memory"]["text"] == "500 MB of 1.0 GB for models in use"
    (model,) = value["models"]
    assert model["line"] == "135M parameters \u00b7 500 MB"
    facts = dict(model["facts"])
    assert facts["Context"] == "2,048 tokens"
    assert facts["Chat template"].startswith("none")
    assert facts["Licence"] == "not stated"
    assert facts["Loaded in"] == "1.5 s"
    assert facts["Fused layers"] == "28 of 30: two are odd"
    assert (facts["Shared prefixes"], facts["Short prompts batched"]) == ("yes", "no: it cannot")
    odd, new = model["adapters"]
    assert odd["line"] == "IA3 \u00b7 1.2K parameters \u00b7 runs alone"
    assert dict(odd["facts"])["Runs"] == "alone, on a copy of the base: it rescales"
    assert odd["warnings"] == ["It was made for another revision."]
    assert (odd["unload"], odd["load"], new["unload"], new["load"]) == (True, False, False, True)


@pytest.mark.parametrize(
    ("effect", "line", "fact"),
    [
        (None, False, None),
        (0.0, True, "none: it answers as its base"),
        (3.14, False, "shifts the next token's log-probabilities after a fixed prompt by up to 3.1 nats"),
    ],
)
def test_what_an_adapter_changes_is_said(effect: float | None, line: bool, fact: str | None) -> None:
    (model,) = shown(replace(LOADED, adapters=(replace(ALONE, effect=effect),)))["models"]
    assert model["adapters"][0]["line"].endswith("has no effect") == line
    assert dict(model["adapters"][0]["facts"]).get("Effect") == fact


def test_what_a_model_would_take_is_shown_before_it_is_fetched() -> None:
    half = packaged_models.find_packaged("qwen2.5-coder-0.5b")
    info = replace(LOADED, loaded=False, details=None, adapters=(), suggestion=half.suggestion, about=half.about)
    (model,) = shown(replace(info, fetched=False), settings=Settings(memory_megabytes=100))["models"]
    assert (
        "494M parameters \u00b7 491 MB to fetch from the hub, or 478 MB from the package index \u00b7" in model["line"]
    )
    assert "\u00b7 apache-2.0 \u00b7 needs " in model["line"]
    assert model["line"].endswith("\u2717 does not fit here")
    assert "Qwen, Alibaba Cloud" in model["about"]
    (model,) = shown(info, settings=Settings(memory_megabytes=10**9))["models"]
    assert "already fetched" in model["line"]
    default = replace(info, fetched=False, suggestion=packaged_models.default_model().suggestion)
    assert "93 MB to fetch \u00b7" in shown(default)["models"][0]["line"]  # which is at no hub


def test_the_least_recently_used_is_marked_when_something_did_not_fit() -> None:
    models = (
        replace(LOADED, name="busy", idle=900.0, users=1),
        replace(LOADED, name="old", idle=60.0),
        replace(LOADED, name="new", idle=1.0),
        replace(LOADED, name="absent", idle=0.0, loaded=False, details=None),
    )
    assert [one["oldest"] for one in shown(*models, tight=True)["models"]] == [False, True, False, False]
    assert not any(one["oldest"] for one in shown(*models)["models"])


def test_strangers_see_no_folders_and_unload_nothing() -> None:
    (model,) = shown(LOADED, settings=Settings(public=True))["models"]
    assert "/models/tiny" not in str(model)
    assert "/adapters/odd" not in str(model)
    assert not model["unload"]
    assert not model["adapters"][0]["unload"]
    assert model["adapters"][1]["load"]  # what is on offer can be chosen


@pytest.mark.parametrize(
    ("doing", "state", "said"),
    [
        (Progress(what="Fetching", done=34, total=269, unit="MB"), "loading", "Fetching: 34 of 269 MB"),
        (ModelUnavailable("It is broken."), "idle", "Failed: It is broken."),
        (None, "idle", ""),
    ],
)
def test_what_a_model_is_doing(doing: Any, state: str, said: str) -> None:
    (model,) = shown(replace(LOADED, loaded=False, details=None, adapters=()), doing=doing)["models"]
    assert (model["state"], model["doing"], model["load"]) == (state, said, state == "idle")


def test_a_load_in_words() -> None:
    value = list_values.load_value("loading", progress=Progress(what="Fetching", done=1, total=4, unit="MB"))
    assert value == status("loading", "Fetching: 1 of 4 MB", share=0.25, spoken="Loading.")
    assert list_values.loaded_text(LOADED, {("tiny", "odd")}) == "Tiny is ready: loaded in 1.5 s."
    assert list_values.loaded_text(LOADED, {("tiny", "")}) == "Odd of Tiny is ready: IA3, loaded in 0.0 s."


def test_suggested_models_say_what_they_need_and_whether_it_is_here() -> None:
    small = list_values.suggested_value(suggestions(), Settings(memory_megabytes=900))
    assert small[0]["facts"].startswith("135M \u00b7 269 MB to fetch \u00b7 apache-2.0")
    assert not small[-1]["fits"]
    assert any(one["gated"] for one in small)


@pytest.mark.parametrize(
    ("number", "words"), [(999_885_952, "1B"), (135e6, "135M"), (999_400_000, "999M"), (999_999, "1M"), (460, "460")]
)
def test_counts(number: float, words: str) -> None:
    (value,) = list_values.suggested_value([replace(suggestions()[0], parameters=int(number))], PRIVATE)
    assert value["facts"].startswith(f"{words} \u00b7")


def test_a_list_that_says_the_same_is_not_sent_again() -> None:
    listed = shown(LOADED)
    assert list_values.same(listed, json.loads(json.dumps(listed)))
    assert not list_values.same(listed, json.loads(json.dumps(shown(replace(LOADED, users=2)))))
    assert not list_values.same(listed, None)
