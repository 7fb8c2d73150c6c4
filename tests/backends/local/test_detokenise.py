"""Text arrives whole: no half characters, no stop strings, whatever the tokens are."""

from hypothesis import example, given
from hypothesis import strategies as st

from playground.backends.local.detokenise import Detokeniser, Piece, StopFilter

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


def reference(text: str, stops: list[str]) -> str | None:
    """Cut where the first stop string to be complete begins; None without one."""
    for end in range(len(text) + 1):
        found = [stop for stop in stops if stop and text[:end].endswith(stop)]
        if found:
            return text[: end - max(map(len, found))]
    return None


@given(st.lists(letters, max_size=8), st.lists(st.text(alphabet="ab\n#", min_size=0, max_size=4), max_size=4))
@example(["ab#"], ["#", "ab"])  # two in one piece: the one completed first counts
@example(["a", "b"], ["b", "ab"])  # two completed at once: the longer counts
def test_stop_strings_are_never_shown_however_they_arrive(pieces: list[str], stops: list[str]) -> None:
    text = "".join(pieces)
    expected = reference(text, stops)
    stream, shown = StopFilter[int](stops), ""
    for number, piece in enumerate(pieces):
        for released in stream.push(Piece(number, piece)):
            shown += released.text
            assert released.text == pieces[released.token][: len(released.text)]
        if stream.stopped:
            break
    if expected is None:
        assert not stream.stopped
        shown += "".join(piece.text for piece in stream.finish())
        assert shown == text
    else:
        assert stream.stopped
        assert shown == expected


def test_text_that_only_began_like_a_stop_string_is_released() -> None:
    stream = StopFilter[int](["###"])
    assert stream.push(Piece(0, "a##")) == []
    assert stream.push(Piece(1, "b")) == [Piece(0, "a##"), Piece(1, "b")]
