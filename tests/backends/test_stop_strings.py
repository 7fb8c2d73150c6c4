"""Stop strings are never shown, whatever the pieces they arrive in."""

from hypothesis import example, given
from hypothesis import strategies as st

from playground.backends.stop_strings import Piece, StopFilter

letters = st.text(alphabet="ab\n#", max_size=12)


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
