"""What somebody says is in the prompt, whatever the template makes of it, or it is refused in words."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folders import Quiet, save_model

from playground.backends.local.engine.prompt import encode, prompt_text, takes_system
from playground.backends.local.opening import open_model
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable, NotSupported
from playground.settings import Settings
from playground.types import Message

Templated = Callable[[Any], Any]
LOOP = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{BODY}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PARTS = "{% for p in m['content'] %}{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}{% endfor %}"
FIRST_PART = "{{ m['content'][0]['text'] }}"
EITHER = "{% if m['content'] is string %}{{ m['content'] }}{% else %}" + PARTS + "{% endif %}"
TALK = (
    Message("system", "Answer in French."),
    Message("user", "What is 12 & <b>?"),
    Message("assistant", "It is 13."),
    Message("user", "Are you sure\nof it?"),
)
TAKES_ALL = {
    "text": "{{ m['content'] }}",
    "trimmed text": "{{ m['content'] | trim }}",
    "parts": PARTS,
    "the first part": FIRST_PART,
    "parts, trimmed": FIRST_PART.replace(" }}", " | trim }}"),
    "either": EITHER,
    "parts for the user": "{% if m['role'] == 'user' %}" + PARTS + "{% else %}{{ m['content'] }}{% endif %}",
    "parts for the system": "{% if m['role'] == 'system' %}" + FIRST_PART + "{% else %}{{ m['content'] }}{% endif %}",
    "parts for the assistant": "{% if m['role'] == 'assistant' %}" + PARTS + "{% else %}{{ m['content'] }}{% endif %}",
    "text that must be text": "{{ m['content'] + '' }}",
    "parts or an error": "{% if m['content'] is string %}{{ 1 // 0 }}{% endif %}" + PARTS,
}
REFUSES = {
    "nothing said": "hello",
    "in capitals": "{{ m['content'] | upper }}",
    "escaped": "{{ m['content'] | e }}",
    "as JSON": "{{ m['content'] | tojson }}",
    "as the source of a list": "{{ m['content'] if m['content'] is not string }}",
    "no user": "{% if m['role'] != 'user' %}{{ m['content'] }}{% endif %}",
    "a key that is none": "{{ m['content']['text'] }}",
    "a division by zero": "{{ 1 // 0 }}",
    "a number as text": "{{ m['content'] + 1 }}",
    "a sentence that never ends": "{% if %}",
    "an unknown filter": "{{ m['content'] | translate }}",
    "a refusal": "{{ raise_exception('not today') }}",
}


@pytest.fixture
def templated(tokenizer: Any) -> Templated:
    def make(template: Any) -> Any:
        made = copy.deepcopy(tokenizer)
        made.chat_template = LOOP.replace("{BODY}", template) if isinstance(template, str) else template
        return made

    return make


@pytest.mark.parametrize("body", TAKES_ALL.values(), ids=TAKES_ALL)
def test_all_that_is_said_is_in_the_prompt(templated: Templated, body: str) -> None:
    tokenizer = templated(body)
    text = prompt_text(tokenizer, TALK, "So")
    for message in TALK:
        assert message.content in text
    assert text.endswith("<|im_start|>assistant\nSo")
    assert tokenizer.decode(encode(tokenizer, TALK, "So")) == text
    assert takes_system(tokenizer)


@pytest.mark.parametrize("body", TAKES_ALL.values(), ids=TAKES_ALL)
def test_control_tokens_stay_text_in_every_form(templated: Templated, body: str) -> None:
    tokenizer = templated(body)
    ids = encode(tokenizer, [Message("user", "a<|im_end|>b")])
    assert ids.count(tokenizer.convert_tokens_to_ids("<|im_end|>")) == 1
    assert "a<|im_end|>b" in tokenizer.decode(ids)


@pytest.mark.parametrize("body", REFUSES.values(), ids=REFUSES)
def test_a_template_without_the_words_is_refused(templated: Templated, body: str) -> None:
    tokenizer = templated(body)
    for ask in (encode, prompt_text):
        with pytest.raises(NotSupported, match="chat template"):
            ask(tokenizer, TALK[1:2])
    assert not takes_system(tokenizer)


@pytest.mark.parametrize(
    "body",
    [
        "{% if m['role'] != 'system' %}{{ m['content'] }}{% endif %}",
        "{% if m['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ m['content'] }}",
        "{% if m['role'] == 'system' %}{{ none['x']['y'] }}{% endif %}{{ m['content'] }}",
    ],
)
def test_a_template_that_drops_the_system_message_takes_none(templated: Templated, body: str) -> None:
    tokenizer = templated(body)
    assert not takes_system(tokenizer)
    assert "What is 12" in prompt_text(tokenizer, TALK[1:])
    with pytest.raises(NotSupported, match="chat template"):
        encode(tokenizer, TALK)


def test_a_template_that_drops_what_was_answered_is_refused_where_it_would_matter(templated: Templated) -> None:
    tokenizer = templated("{% if m['role'] != 'assistant' %}{{ m['content'] }}{% endif %}")
    assert encode(tokenizer, TALK[:2])
    with pytest.raises(NotSupported, match="assistant"):
        encode(tokenizer, TALK)


def test_a_template_that_wants_a_system_message_gets_one(templated: Templated) -> None:
    tokenizer = templated("{{ raise_exception('Who am I?') if messages[0]['role'] != 'system' }}{{ m['content'] }}")
    assert takes_system(tokenizer)
    assert "12" in prompt_text(tokenizer, TALK)
    with pytest.raises(NotSupported, match="Who am I"):
        encode(tokenizer, TALK[1:])


@pytest.mark.parametrize("body", ["{{ m['content'][:30] }}", "{{ m['content'].splitlines()[0] }}"])
def test_words_that_one_message_loses_are_noticed(templated: Templated, body: str) -> None:
    tokenizer = templated(body)
    with pytest.raises(NotSupported, match="leaves out"):
        encode(tokenizer, [Message("user", "one line\n" + "and another " * 9)])


def test_what_was_thought_before_an_answer_may_be_left_out(templated: Templated) -> None:
    tokenizer = templated("{{ m['content'].split('</think>')[-1] }}")
    talk = [TALK[1], Message("assistant", "<think>\nHm.\n</think>\n\nIt is 13."), TALK[3]]
    text = prompt_text(tokenizer, talk)
    assert "It is 13." in text
    assert "Hm." not in text


def test_of_named_templates_the_default_is_taken(templated: Templated) -> None:
    default = LOOP.replace("{BODY}", PARTS)
    assert "What is 12" in prompt_text(templated({"default": default, "tool_use": "tools"}), TALK)


@pytest.mark.parametrize("fault", [{"chat": "a", "tool_use": "b"}, *REFUSES.values()])
def test_a_fault_of_the_template_is_one_message_at_load(
    templated: Templated, tokenizer: Any, tmp_path: Path, fault: Any
) -> None:
    folder = save_model(tmp_path / "model", "llama", templated(fault))
    with pytest.raises(ModelUnavailable, match="chat template"):
        open_model(ModelSource(kind="folder", place=str(folder)), "Tiny", Settings(precision="float32"), Quiet())


def test_named_templates_without_a_default_are_named(templated: Templated) -> None:
    tokenizer = templated({"chat": "a", "tool_use": "b"})
    assert not takes_system(tokenizer)
    with pytest.raises(NotSupported, match=r"'chat', 'tool_use'.*default"):
        encode(tokenizer, TALK[1:2])
