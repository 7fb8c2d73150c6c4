"""What a server honours is found out from what it answers, whatever it says that it takes."""

import json
import random
import re
from typing import Any

import pytest
from faulty import KEY, Fault, Faulty, Handler, listing
from setting_effects import without_effect

from playground.answer_forms.form import STRUCTURED, read_form
from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.connection import Connection, connect, endpoint_entries
from playground.backends.endpoints.endpoint import Endpoint, EndpointLimits
from playground.backends.endpoints.http_client import http_client
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.models import MAX_MODELS
from playground.backends.endpoints.probing.checks import FORMS
from playground.backends.endpoints.probing.probe import probe_model
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.secret import Secret
from playground.errors import EndpointFailed, NotSupported, UnknownModel
from playground.parameters import parameters, with_effect
from playground.settings import Settings
from playground.types import Sampling
from playground.ui.models import endpoint_values

POEM = "rain falls soft on grey roof and the old street sings of water all night long"
CHANGES = ("frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias")
FORMED = {"labels": "SOUTH-7", "regex": "QX-031", "grammar": "EAST-8"}  # by kind an answer of the form that is tried
EVERYTHING = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "seed",
        "samples",
        "logprobs",
        "prefill",
        "system",
        "response_format",
        *FORMED,
        *CHANGES,
    }
)
Honours = frozenset[str]


def model(honours: Honours, refuses: Honours = frozenset(), steady: bool = True) -> Fault:
    """A server that acts on what it `honours`, answers 400 to what it `refuses`, and ignores the rest."""

    def fault(handler: Handler) -> None:
        body = handler.seen.body
        if wrong := [name for name in body if name in refuses]:
            return handler.error(400, f"{wrong[0]} is not supported")
        texts = [_text(body, honours, steady) for _ in range(body.get("n", 1) if "samples" in honours else 1)]
        handler.begin()
        for index, words in enumerate(texts):
            for word in words:
                likely = [{"token": word, "logprob": -0.1}] * body.get("top_logprobs", 0)
                entry = {"token": word, "logprob": -0.1, "top_logprobs": likely}
                told = {"logprobs": {"content": [entry]}} if "logprobs" in honours and body.get("logprobs") else {}
                handler.say(f" {word}", index, **told)
        return handler.end(samples=len(texts))

    return fault


def _text(body: dict[str, Any], honours: Honours, steady: bool) -> list[str]:
    messages, given = body["messages"], {name: value for name, value in body.items() if name in honours}
    if messages[-1]["role"] == "assistant":
        return ["Paris", "."] if "prefill" in honours else ["The", "capital"]
    if messages[0]["role"] == "system" and "system" in honours:
        return ["BANANA"]
    if "response_format" in given:
        return ["{", '"lines":', "2}"]
    for kind in FORMED.keys() & honours:
        if STRUCTURED[kind] in body.get("structured_outputs", {}):
            return [FORMED[kind]]
    tame = given.get("top_k") == 1 or given.get("top_p", 1.0) < 0.01 or given.get("min_p") == 1.0
    hot = given.get("temperature", 0) > 1 and not tame
    cold = random.Random(str([given.get(name) for name in CHANGES]))
    chance = random.Random(given.get("seed")) if hot or not steady else cold
    return chance.choices(POEM.split(), k=min(16, body.get("max_tokens", 16)))


def endpoint_of(server: Faulty) -> Endpoint:
    return Endpoint(name="faulty", base_url=server.url, key=Secret(KEY), limits=EndpointLimits(parallel=8, silence=30))


def ended(work: Any) -> Any:
    """What a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def found(server: Faulty, **options: Any) -> Any:
    endpoint = endpoint_of(server)
    return ended(
        http_client().follow(lambda tell: probe_model(endpoint, "tiny", CallGate(endpoint.limits), tell, **options))
    )  # fmt: skip


def works(server: Faulty) -> frozenset[str]:
    return frozenset(check.feature for check in found(server).checks if check.works == "yes")


@pytest.mark.parametrize("ignored", [frozenset(), *({name} for name in sorted(EVERYTHING - {"temperature", "system"}))])
def test_what_is_ignored_is_noticed(server: Faulty, ignored: Honours) -> None:
    server.fault = model(EVERYTHING - ignored)
    assert works(server) == EVERYTHING - ignored | {"streaming", "usage"}


@pytest.mark.parametrize("refused", [{"top_k"}, {"n"}, {"logprobs"}, {"seed"}, {"logit_bias", "min_p"}])
def test_what_is_refused_is_told_in_the_servers_words(server: Faulty, refused: Honours) -> None:
    server.fault = model(EVERYTHING, refused)
    checks = {check.feature: check for check in found(server).checks}
    names = {"n": "samples"}
    for name in refused:
        assert checks[names.get(name, name)].works == "no"
        assert f"{name} is not supported" in checks[names.get(name, name)].how


def test_a_server_that_varies_in_the_last_word_can_be_compared_for_the_most_part(server: Faulty) -> None:
    """As arithmetic on a busy GPU does. Only whether a penalty changed something cannot be told then."""
    numbers, honest = iter(range(1000)), model(EVERYTHING)

    def varied(handler: Handler) -> None:
        if handler.seen.body.get("temperature") != 0:
            return honest(handler)
        handler.begin()
        for word in [*_text(handler.seen.body, EVERYTHING, True), str(next(numbers))]:
            handler.say(f" {word}")
        return handler.end()

    server.fault = varied
    checks = {check.feature: check.works for check in found(server).checks}
    assert {checks[name] for name in ("temperature", "top_k", "top_p", "min_p")} == {"yes"}
    assert {checks[name] for name in CHANGES} == {"unknown"}


@pytest.mark.parametrize(
    ("ignored", "kinds"),
    [
        (set(), {"json_schema", "example", "labels", "regex", "grammar"}),
        ({"response_format"}, {"labels", "regex", "grammar"}),
        ({"labels", "regex"}, {"json_schema", "example", "grammar"}),
        ({"response_format", *FORMED}, set()),
    ],
)
@pytest.mark.parametrize("refuses", [set(), {"structured_outputs"}])
def test_only_a_form_that_was_seen_to_be_kept_counts(
    server: Faulty, ignored: set[str], kinds: set[str], refuses: set[str]
) -> None:
    server.fault = model(EVERYTHING - ignored, frozenset(refuses))
    tried = found(server)
    assert tried.capabilities.forms == (kinds - FORMED.keys() if refuses else kinds)
    said = {check.feature: check.how for check in tried.checks}
    if refuses:
        assert all("structured_outputs is not supported" in said[kind] for kind in FORMED)


def test_each_form_that_is_tried_is_one_that_can_be_built() -> None:
    for kind, (form, beginning) in FORMS.items():
        if kind in STRUCTURED:
            written = form.written if isinstance(form.written, str) else "\n".join(form.written)
            assert read_form(kind, written).is_kept(FORMED[kind])
            assert re.match(beginning, FORMED[kind])
        else:
            assert read_form("json_schema", form.schema).is_kept('{"lines": 2}')


def test_an_answer_in_one_part_is_not_streamed(server: Faulty) -> None:
    def at_once(handler: Handler) -> None:
        handler.begin()
        handler.event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        handler.say(POEM)
        handler.end()

    server.fault = at_once
    streaming = next(check for check in found(server).checks if check.feature == "streaming")
    assert (streaming.works, streaming.how) == ("no", "the answer came in 1 part")


def test_a_server_of_another_protocol_is_told(server: Faulty) -> None:
    server.fault = lambda handler: (handler.begin(), handler.event({"choices": "none"}))[1]
    with pytest.raises(EndpointFailed, match="not of the chat completions protocol"):
        found(server)


def test_a_server_that_varies_at_temperature_0_cannot_be_compared(server: Faulty) -> None:
    server.fault = model(EVERYTHING, steady=False)
    checks = {check.feature: check for check in found(server).checks}
    assert checks["samples"].works == "yes"
    assert {checks[name].works for name in (*CHANGES, "top_k", "top_p", "min_p")} == {"unknown"}


@pytest.mark.parametrize(
    ("refused", "limit", "usage"),
    [({"stream_options"}, "max_tokens", False), ({"max_tokens"}, "max_completion_tokens", True)],
)
def test_it_finds_a_way_to_ask(server: Faulty, refused: Honours, limit: str, usage: bool) -> None:
    server.fault = model(EVERYTHING, refused)
    dialect = found(server).dialect
    assert (dialect.limit_field, dialect.usage) == (limit, usage)


def test_capabilities_are_what_was_seen_to_work(server: Faulty) -> None:
    server.fault = model(frozenset({"temperature", "seed", "logprobs", "prefill"}))
    capabilities = found(server, context_length=512).capabilities
    assert capabilities.sampling == {"temperature", "seed", "top_logprobs", "max_tokens", "stop"}
    assert (capabilities.samples, capabilities.logprobs, capabilities.prefill) == (False, True, True)
    assert capabilities.context_length == 512


def claimed(server: Faulty) -> EndpointBackend:
    """The server's model as it is asked after it was tried."""
    endpoint, tried = endpoint_of(server), found(server)
    return EndpointBackend(
        endpoint=endpoint, model="tiny", capabilities=tried.capabilities, gate=CallGate(endpoint.limits),
        dialect=tried.dialect,
    )  # fmt: skip


def test_every_setting_that_is_claimed_has_an_effect(server: Faulty) -> None:
    server.fault = model(EVERYTHING)
    backend = claimed(server)
    assert backend.capabilities.sampling == {p.name for p in parameters(Sampling)}
    assert without_effect(backend, "Hi") == set()


@pytest.mark.parametrize("ignored", with_effect(Sampling, "temperature", "filter", "penalty", "bias", "seed"))
def test_a_setting_that_a_server_ignores_is_not_claimed(server: Faulty, ignored: str) -> None:
    server.fault = model(EVERYTHING - {ignored})
    backend = claimed(server)
    assert ignored not in backend.capabilities.sampling
    assert without_effect(backend, "Hi") == set()


def test_a_setting_that_a_server_ignores_by_now_is_seen(server: Faulty) -> None:
    server.fault = model(EVERYTHING)
    backend = claimed(server)
    server.fault = model(EVERYTHING - {"top_k", "seed"})
    assert without_effect(backend, "Hi") == {"top_k", "seed"}


def test_what_does_not_answer_in_time_counts_as_not_supported(server: Faulty) -> None:
    honest = model(EVERYTHING)
    server.fault = lambda handler: handler.stall() if "logit_bias" in handler.seen.body else honest(handler)
    checks = {check.feature: check for check in found(server, within=0.5).checks}
    assert (checks["logit_bias"].works, checks["logit_bias"].how) == ("unknown", "no answer within 0.5 seconds")


# -------------------------------------------------------------------------------- connecting
def connected(server: Faulty, chosen: str = "") -> Connection:
    server.fault = model(EVERYTHING)
    found: Connection = ended(connect(endpoint_of(server), chosen))
    return found


def test_entries_that_cannot_be_chosen_are_counted(server: Faulty) -> None:
    listed = {"data": [{"id": "a"}, {"id": "no name"}, None, {"id": 5}, {"id": "a"}]}
    server.models = lambda handler: handler.reply(200, json.dumps(listed))
    found = connected(server)
    assert (found.names, found.total, found.unnamed_count) == (("faulty/a",), 1, 3)
    assert ": 1 model (and 3 without a name that can be used); " in endpoint_values.summary(found)


def test_a_thousand_models_are_listed_and_no_more(server: Faulty) -> None:
    server.models = listing(*({"id": f"org/model-{i}"} for i in range(MAX_MODELS + 1)))
    found = connected(server)
    assert (len(found.models), found.total) == (MAX_MODELS, MAX_MODELS + 1)
    assert len(endpoint_entries(found)) == MAX_MODELS
    with pytest.raises(UnknownModel, match="and 990 more"):
        connected(server, "org/none")


def test_the_model_that_is_tried(server: Faulty) -> None:
    server.models = listing({"id": "text-embedding-3"}, {"id": "davinci-002"}, {"id": "chat-1"}, {"id": "chat-2"})
    assert connected(server).first_probed == "chat-1"
    assert connected(server, "chat-2").first_probed == "chat-2"


def test_another_model_is_tried_when_it_is_opened(server: Faulty) -> None:
    server.models = listing({"id": "a", "max_model_len": 4096}, {"id": "b", "max_model_len": 2048})
    found = connected(server)
    first, second = endpoint_entries(found)
    honours = EVERYTHING - {"top_k"}
    server.fault = model(honours)
    assert "top_k" in first.load(print).capabilities.sampling  # was tried before; nothing is asked
    assert second.capabilities.context_length == 4096
    assert "top_k" not in second.load(print).capabilities.sampling
    assert second.load(print).capabilities.context_length == 2048


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda h: h.reply(200, "<html>", "text/html"), "no list of models where the base URL points"),
        (lambda h: h.reply(200, '{"data": 3}'), "no list of models where the base URL points"),
        (lambda h: h.reply(200, '{"data": []}'), "offers no models"),
        (lambda h: h.reply(200, b"[" * 9_000_000), "more than 8 MB"),
        (lambda h: h.error(401, f"bad key {KEY}"), r"answered 401: \u201cbad key \(key hidden\)\u201d"),
    ],
)  # fmt: skip
def test_a_list_that_is_none(server: Faulty, fault: Fault, message: str) -> None:
    server.models = fault
    with pytest.raises(EndpointFailed, match=message):
        connected(server)


# ------------------------------------------------------------------------------ adapters of vLLM
def test_adapters_are_models_and_adapters_of_their_base(server: Faulty) -> None:
    lora = {"id": "SQL_Lora", "parent": "base", "root": "/loras/sql"}
    server.models = listing({"id": "base"}, {"id": "base"}, {"id": "no name"}, lora, {"id": "lost", "parent": "gone"})
    found = connected(server)
    base_entry, *_, adapter = endpoint_entries(found)
    assert (adapter.model, adapter.name, adapter.title) == ("faulty/base", "sql_lora", "SQL_Lora")
    base = base_entry.load(print)
    details = adapter.load(base, print)
    assert (details.name, details.loaded) == ("sql_lora", True)
    assert base.adapters == {"sql_lora": "SQL_Lora"}  # type: ignore[attr-defined]


def test_adapters_are_loaded_by_the_server_and_given_up(server: Faulty) -> None:
    server.models = listing({"id": "base"})
    catalog = Catalog(endpoint_entries(connected(server)))
    list(catalog.open("faulty/base"))
    server.seen.clear()
    server.fault = lambda handler: handler.reply(200, "Success", "text/plain")
    list(commands.load_adapter(catalog, Settings(), "faulty/base", "/loras/sql"))
    assert [adapter.name for adapter in catalog.info("faulty/base").adapters] == ["sql"]
    assert catalog.loaded_backend("faulty/base").adapters == {"sql": "sql"}  # type: ignore[union-attr]
    commands.unload(catalog, Settings(), "faulty/base/sql")
    assert catalog.info("faulty/base").adapters == ()
    assert [(seen.path, seen.body) for seen in server.seen] == [
        ("/v1/load_lora_adapter", {"lora_name": "sql", "lora_path": "/loras/sql"}),
        ("/v1/unload_lora_adapter", {"lora_name": "sql"}),
    ]
    server.fault = lambda handler: handler.error(404, "Not Found")
    with pytest.raises(EndpointFailed, match="404"):
        list(commands.load_adapter(catalog, Settings(), "faulty/base", "/loras/sql"))
    assert catalog.info("faulty/base").adapters == ()
    with pytest.raises(NotSupported, match="shared"):
        list(commands.load_adapter(catalog, Settings(public=True), "faulty/base", "/loras/sql"))


@pytest.mark.parametrize("again", [2, 14])  # of the first question of all, and of several that are asked at once
def test_waiting_to_ask_again_is_told(server: Faulty, monkeypatch: pytest.MonkeyPatch, again: int) -> None:
    monkeypatch.setattr(Retry, "delay", lambda *_: 0.2)
    answer, left = model(EVERYTHING), [again]

    def busy(handler: Handler) -> None:
        if len(server.seen) < again:
            return answer(handler)
        left[0] -= 1
        return handler.error(429, "slow down", retry_after="1") if left[0] >= 0 else answer(handler)

    server.fault = busy
    told = [progress.what for progress in connect(endpoint_of(server))]
    assert any(what.startswith("Waiting 1 s to ask again: ") and "slow down" in what for what in told), told
