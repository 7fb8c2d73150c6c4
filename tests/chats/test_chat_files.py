"""A chat as a file: in the protocol and as Markdown, without loss, and anything else refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.chats.chat_files import Told, read_file, write_json, write_markdown
from playground.chats.tree import Chat, as_turns, chat_of
from playground.errors import InvalidSetup, LimitReached
from playground.types import Turn

CHAT = chat_of(
    [Turn(role="user", text="Hi ```x``` & <b>"), Turn(role="assistant", text="## user\n\n```\nno\n```")]
).rate(1, "down")
TOLD = Told(role="Be brief.", chat=CHAT)
SETUP = setups.parse({"task": {"role": "Be brief."}, "sampling": {"temperature": 0.5}})


def test_json_is_a_request_of_the_protocol() -> None:
    body = json.loads(write_json(SETUP, CHAT.branch))
    assert body["model"] == "default"
    assert body["temperature"] == 0.5
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant"]
    assert [message.get("feedback") for message in body["messages"]] == [None, None, "down"]
    assert read_file(write_json(SETUP, CHAT.branch)) == TOLD


def test_markdown_comes_back_without_loss() -> None:
    text = write_markdown("A chat", "Be brief.", CHAT.branch)
    assert "\n## assistant, thumbs down\n" in text
    assert read_file(text) == TOLD


text = st.text(st.sampled_from("ab`#\n \u2028<"), min_size=1, max_size=30).filter(str.strip)


said = st.tuples(st.sampled_from(["user", "assistant"]), text, st.sampled_from(["", "up", "down"]))


@given(st.lists(said, min_size=1, max_size=5))
def test_whatever_is_said_comes_back(all_said: list[tuple[Any, str, Any]]) -> None:
    chat = Chat()
    for role, words, feedback in all_said:
        chat = chat.add(chat.at, role, words)
        chat = chat.rate(chat.turns[-1].id, feedback) if role == "assistant" else chat
    for file in (write_markdown("A chat", "", chat.branch), write_json(SETUP, chat.branch)):
        branch = read_file(file).chat.branch
        assert as_turns(branch) == as_turns(chat.branch)
        assert [turn.feedback for turn in branch] == [turn.feedback for turn in chat.branch]


def test_a_bare_list_and_texts_in_parts_are_read() -> None:
    messages = [{"role": "developer", "content": "Be."}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    assert read_file(json.dumps(messages)) == Told(role="Be.", chat=chat_of([Turn(role="user", text="Hi")]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it has no messages"),
        ("Hello", "it has no messages"),
        ("{", "begins like JSON"),
        ("[" * 100_000, "begins like JSON"),
        ("{}", "no list of `messages`"),
        ('{"messages": {"role": "user"}}', "no list of `messages`"),
        ("[5]", "message 1 has no `role` and `content`"),
        ('[{"role": "user"}]', "message 1 has no `role`"),
        ('[{"role": "tool", "content": "x"}]', "message 1 is from 'tool'"),
        ('[{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]', "message 2 is a system message"),
        ('[{"role": "user", "content": " "}]', "message 1 is empty"),
        ('[{"role": "user", "content": [{"type": "image_url"}]}]', "message 1 has a part that is no text"),
        (json.dumps([{"role": "user", "content": "x"}] * 201), "it has 201 turns; 200 is the most"),
        ('[{"role": "user", "content": "a\\u0000b"}]', "has a control character"),
        ('[{"role": "user", "content": "x", "feedback": "up"}]', "message 1 has a `feedback` that is not up or down"),
        ('[{"role": "assistant", "content": "x", "feedback": "<b>"}]', "message 1 has a `feedback` that is not up or"),
        ('[{"role": "assistant", "content": "x", "feedback": ["up"]}]', "message 1 has a `feedback` that is not up"),
        ('[{"role": "system", "content": "x", "feedback": "up"}]', "message 1 is a system message with a thumb"),
        ("## user, thumbs up\n\n```\nHi\n```", "message 1 has a `feedback` that is not up or down at an answer"),
        ("## user\n", "stands no text between fences"),
        ("## user\n\nHi", "stands no text between fences"),
        ("## user\n\n```\nHi", "a fence of 3 backticks is not closed"),
    ],
)
def test_anything_else_is_refused_in_words(content: str, message: str) -> None:
    with pytest.raises((InvalidSetup, LimitReached)) as refused:
        read_file(content)
    assert message in str(refused.value)


def test_many_values_are_refused_before_they_are_looked_at() -> None:
    deep: Any = [[0] * 400_000]
    with pytest.raises(InvalidSetup, match="no list of"):
        read_file(json.dumps(deep))
