"""A question told in pieces: what is asked, then what one has to know, a sentence each (arXiv 2505.06120)."""

import re

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
FENCED_TEXT = re.compile(r"\n\n((\W)\2{2,})\n.*\n\1\s*\Z", re.DOTALL)  # material, as it stands behind an input
MOST_SHARDS = 12  # of one question: sentences beyond stand together in the last


def shards_of(text: str) -> tuple[str, ...]:
    """The sentences of a text. One that ends it with a question mark comes first, with what is fenced behind it."""
    fenced = FENCED_TEXT.search(text)
    material = fenced[0] if fenced else ""
    sentences = [part for part in SENTENCE_END.split(text.removesuffix(material).strip()) if part]
    if sentences and sentences[-1].endswith("?"):
        sentences = [sentences[-1], *sentences[:-1]]
    first, rest = f"{sentences[0] if sentences else ''}{material}", sentences[1:]
    if len(rest) >= MOST_SHARDS:
        rest = [*rest[: MOST_SHARDS - 2], " ".join(rest[MOST_SHARDS - 2 :])]
    return (first, *rest)


def as_list(shards: tuple[str, ...]) -> str:
    """All of them in one text, a line each."""
    return "\n".join(f"- {shard}" for shard in shards) if shards[1:] else shards[0]
