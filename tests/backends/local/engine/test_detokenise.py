"""Text arrives whole: no half characters, whatever the tokens are."""

from hypothesis import given
from hypothesis import strategies as st

from playground.backends.local.engine.detokenise import Detokeniser

letters = st.text(alphabet="ab\n#", max_size=12)


def utf8(ids: list[int]) -> str:
    """A decoder whose tokens are single bytes: the worst case."""
    return bytes(ids).decode(errors="replace")


@given(st.text(max_size=40), st.text(max_size=10))
def test_characters_come_whole_and_none_is_lost(text: str, before: str) -> None:
    text = text.replace("\ufffd", "").encode(errors="ignore").decode()
    machine = Detokeniser(utf8, list(before.encode(errors="ignore")))
    pieces = [machine.push(byte) for byte in text.encode()]
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)


def test_bytes_that_are_no_character_do_not_hold_the_text_for_ever() -> None:
    machine = Detokeniser(utf8)
    assert "".join(machine.push(byte) for byte in [0xFF] * 30 + list(b"then text")).endswith("then text")


def test_a_space_that_depends_on_the_token_before_is_kept() -> None:
    words = {0: "<s>", 1: "▁Hello", 2: "▁world"}

    def decode(ids: list[int]) -> str:
        return "".join(words[i] for i in ids if i).replace("▁", " ").removeprefix(" ")

    machine = Detokeniser(decode, [0])
    assert [machine.push(token) for token in (1, 2, 2)] == ["Hello", " world", " world"]
