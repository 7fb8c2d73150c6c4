"""The default model behind `/v1`: the official client, and the playground's own endpoints, which try every setting."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openai import OpenAI
from patience import PATIENCE

from playground import setups
from playground.answer_forms.form import NAMES, read_form
from playground.backends.catalog import Catalog
from playground.parameters import with_effect
from playground.running import runner
from playground.settings import Settings
from playground.task import FormKind
from playground.types import Sampling
from playground.ui.app import build_app, launch_options
from playground.ui.handlers.sessions import Sessions

QUESTION: Any = [{"role": "user", "content": "Write one sentence about the sea."}]
FILTERS = set(with_effect(Sampling, "filter"))
FORMS: dict[FormKind, str] = {
    "json_schema": '{"type": "object", "properties": {"n": {"type": "boolean"}}, "required": ["n"], '
    '"additionalProperties": false}',
    "example": '{"sea": true}',  # a list could go on for longer than what is asked for
    "labels": "tea\ncoffee with milk",
    "regex": "[0-9]{4}-[0-9]{2}",
    "grammar": 'start: "(" side ")"\nside: "left" | "right"',
}
VISITOR: Any = SimpleNamespace(session_hash="visitor")


@dataclass(frozen=True)
class Server:
    """Where it is, a client of it, and its models."""

    url: str
    client: OpenAI
    catalog: Catalog

    def ask(self, **settings: Any) -> Any:
        asked = {"model": "default", "messages": QUESTION, "max_tokens": 24, "seed": 3, **settings}
        return self.client.chat.completions.create(**asked)


@pytest.fixture(scope="module")
def server(real_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(port=0, cache=folder, store=str(folder / "store"))
    app = build_app(settings, real_catalog)
    page = app.launch(**{**launch_options(settings), "quiet": True}, prevent_thread_lock=True)[1]
    url = f"{str(page).replace('localhost', '127.0.0.1').rstrip('/')}/v1"
    with OpenAI(base_url=url, api_key="none", max_retries=0, timeout=PATIENCE) as client:
        yield Server(url, client, real_catalog)
    app.close()


def text_of(answer: Any) -> str:
    return str(answer.choices[0].message.content)


def test_the_same_seed_gives_the_same_text(server: Server) -> None:
    first, again, other = (text_of(server.ask(temperature=1.2, seed=seed)) for seed in (7, 7, 8))
    assert first == again != other


def test_tokens_come_with_the_models_own_probabilities(server: Server) -> None:
    (choice,) = server.ask(temperature=0, logprobs=True, top_logprobs=3).choices
    tokens = choice.logprobs.content
    assert choice.message.content.strip() in "".join(token.token for token in tokens)
    assert all(token.logprob == token.top_logprobs[0].logprob for token in tokens)  # at temperature 0, the likeliest


def test_an_adapter_is_a_model(server: Server) -> None:
    (listed,) = (model for model in server.client.models.list() if model.id == "default+pirate")
    assert listed.model_extra == {"parent": "default", "max_model_len": 8192}
    assert text_of(server.ask(temperature=0, model="default+pirate")) != text_of(server.ask(temperature=0))


def test_two_at_once_share_the_batch(server: Server) -> None:
    backend: Any = server.catalog.loaded_backend("default")
    engine = backend._base  # under the adapters
    long: Any = {"max_tokens": 80, "extra_body": {"logit_bias": {"2": -100}}}  # which is how it would end
    with ThreadPoolExecutor(2) as programs:
        answers = [programs.submit(server.ask, model=name, **long) for name in ("default", "default+pirate")]
        end, rows = time.monotonic() + PATIENCE, 0
        while rows < 2 and time.monotonic() < end:
            rows = max(rows, engine.stats.rows)
            time.sleep(0.01)
        assert all(len(text_of(answer.result(PATIENCE))) > 100 for answer in answers)
    assert rows == 2


def test_a_technique_votes(server: Server) -> None:
    asked = [{"role": "user", "content": "Sam has 8 apples and buys 5 more. How many apples does he have?"}]
    extra = {"options": {"paths": 3}, "task": {"answer": "number"}}
    (choice,) = server.ask(model="default/self_consistency", messages=asked, extra_body=extra).choices
    assert choice.message.content.isdigit()
    assert "Sample paths, 3 of 3:" in choice.message.reasoning_content


def test_the_playground_connects_to_it_as_to_any_other(server: Server) -> None:
    """Every setting is tried, and seen to be honoured.

    But filters: beside other requests the likeliest of two nearly equal tokens can be another one in bfloat16.
    """
    sessions = Sessions(Catalog(), Settings())
    work = sessions.connect(VISITOR, "mine", server.url, model="default")
    while True:
        try:
            next(work)
        except StopIteration as end:
            found = end.value
            break
    seen = {check.feature: check for check in found.probes[found.first_probed].checks}
    template_has_none = {"functions"}
    assert {name for name, check in seen.items() if check.works != "yes"} <= FILTERS | template_has_none, seen
    assert all("temperature" in seen[name].how for name in FILTERS), seen  # it was not refused
    catalog = sessions.of(VISITOR)
    assert "pirate" in str([adapter.name for adapter in catalog.info("mine/default").adapters])
    setup = setups.parse({"model": "mine/default", "task": {"input": "Hi"}, "sampling": {"max_tokens": 8}})
    assert list(runner.run(setup, catalog))[-1].answer
    assert catalog.info("mine/default").capabilities.forms == set(NAMES)
    for kind, text in FORMS.items():
        task = {"input": "Hi", "form": kind, "form_text": text}
        sampling = {"temperature": 1.5, "max_tokens": 40}
        held = setups.parse({"model": "mine/default", "task": task, "sampling": sampling})
        *_, run = runner.run(held, catalog)
        assert read_form(kind, text).is_kept(run.answer), run
