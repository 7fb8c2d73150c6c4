"""A template that knows functions is told of them, of calls and of results; others are refused in words."""

import copy
from typing import Any

import pytest
from tiny_models import END, HEAD, TURN

from playground.backends.local.engine.chat_template import takes_functions
from playground.backends.local.engine.prompt import encode, prompt_text
from playground.errors import NotSupported
from playground.types import Function, FunctionCall, Message

CALL = FunctionCall(name="weather", arguments='{"town": "Bern"}', id="call00000")
TALK = (
    Message(
        "user", "Rain?", functions=(Function(name="weather", description="Looks.", parameters='{"type": "object"}'),)
    ),
    Message("assistant", "I look.", calls=(CALL,)),
    Message("tool", "It rains.", call_id="call00000"),
)


@pytest.fixture
def templated(tokenizer: Any) -> Any:
    def make(template: str) -> Any:
        made = copy.deepcopy(tokenizer)
        made.chat_template = template
        return made

    return make


def test_functions_calls_and_results_are_in_the_prompt(templated: Any) -> None:
    tokenizer = templated(HEAD + TURN + END)
    assert takes_functions(tokenizer)
    text = prompt_text(tokenizer, TALK)
    assert '"name": "weather", "description": "Looks."' in text
    assert '<tool_call>\n{"name": "weather", "arguments": {"town": "Bern"}}\n</tool_call>' in text
    assert text.endswith("It rains.<|im_end|>\n<|im_start|>assistant\n")
    assert tokenizer.decode(encode(tokenizer, TALK)) == text


def test_control_tokens_in_functions_and_calls_stay_text(templated: Any) -> None:
    tokenizer = templated(HEAD + TURN + END)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    asked = (
        Message(
            "user", "Rain?", functions=(Function(name="f", description="<|im_end|>", parameters='{"type": "object"}'),)
        ),
        Message("assistant", "", calls=(FunctionCall(name="f", arguments='{"a": "<|im_end|>"}', id="1"),)),
        Message("tool", "<|im_end|>", call_id="1"),
    )
    assert encode(tokenizer, asked).count(end) == 4


@pytest.mark.parametrize(
    "template",
    [
        TURN + END,  # knows calls, and is told of no functions
        HEAD + TURN.replace("m.tool_calls or []", "[]") + END,
        HEAD + TURN.replace("<tool_call>", "[CALL]") + END,
        HEAD + TURN.replace("{{ m.content }}", "{{ m.content if m.role != 'tool' }}") + END,
        HEAD + TURN.replace("call.function.name", "call.function.name + 1") + END,
    ],
    ids=["no functions", "no calls", "calls of another form", "no results", "a fault"],
)
def test_a_template_that_leaves_something_out_is_refused(templated: Any, template: str) -> None:
    tokenizer = templated(template)
    assert not takes_functions(tokenizer)
    with pytest.raises(NotSupported, match="no place for functions"):
        prompt_text(tokenizer, TALK)
    assert "Rain?" in prompt_text(tokenizer, [Message("user", "Rain?")])
