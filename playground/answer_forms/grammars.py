"""Has llguidance build a form within fixed limits, on bytes, and says whether a text has it."""

import json
import re
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

from playground.answer_forms.schemas import NotAForm, patterns_of, quote

# A space, or a line break with an indent: as models write JSON, and no room to write blanks for ever.
BLANK = "[ ]?|\n[ ]{0,16}"
# What a form may cost: to build it, for each token, and in memory (a state of its lexer takes one or two kilobytes).
LIMITS: dict[str, Any] = {
    "initial_lexer_fuel": 100_000,
    "step_lexer_fuel": 50_000,
    "step_max_items": 20_000,
    "max_lexer_states": 20_000,
    "max_grammar_size": 100_000,
    "verbose_errors": False,
}
TRIED = 16  # bytes of an answer that are tried when a form is checked: some only grow too large on the way
PIECE, MOST_SECONDS = 16, 2.0  # bytes of an answer that are looked at together, and time for all of them
END = 256  # the end of a text, where the 256 bytes are the tokens
SPACED = 'start: " "? @form'
PLACE = re.compile(r"^at \d+\(\d+\): ")
LONGEST = 200  # characters of what the library says
REASONS = {  # what it says, in part, and what that means to a person
    "NoExtension": "allows no text at all",
    "Too many items": "is too large to be followed: it branches too much",
    "too many expressions": "is too large to be followed: its repetitions multiply",
    "fuel": "is too large to be followed",
    "schema too large": "is too large: its alternatives multiply",
    "no tokenizer": "names tokens of one model's vocabulary; a form is of text",
}


class _Bytes:
    """A tokenizer whose tokens are the bytes, as llguidance wants to have it described."""

    eos_token_id = END
    bos_token_id = None
    tokens = (*(bytes([number]) for number in range(END)), b"<end>")
    special_token_ids = (END,)

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text if isinstance(text, bytes) else text.encode())


@cache
def byte_tokenizer() -> Any:
    """Tokens for what is asked of texts, whatever the model."""
    import llguidance

    return llguidance.LLTokenizer(llguidance.TokenizerWrapper(_Bytes()))


def limits() -> Any:
    """The same for every form and model."""
    import llguidance

    return llguidance.LLParserLimits(**LIMITS)


def schema_grammar(schema: str) -> str:
    """The grammar of a JSON schema, given as JSON. Raises NotAForm."""
    import llguidance

    try:
        grammar: str = llguidance.LLMatcher.grammar_from_json_schema(
            schema, overrides={"whitespace_pattern": BLANK, "lenient": False}
        )
    except ValueError as error:
        raise NotAForm(f"is no valid JSON schema: {_first_line(str(error))}") from None
    return grammar


def label_grammar(labels: Iterable[str]) -> str:
    """The grammar of one of these texts."""
    return lark_grammar(label_rule(labels))


def label_rule(labels: Iterable[str]) -> str:
    """The same in Lark's notation."""
    return "start: " + " | ".join(map(json.dumps, labels))


def regex_grammar(pattern: str) -> str:
    """The grammar of a regular expression, which the whole text must match."""
    import llguidance

    grammar: str = llguidance.LLMatcher.grammar_from_regex(pattern)
    return grammar


def lark_grammar(text: str) -> str:
    """The grammar that is written in Lark's notation, as llguidance reads it."""
    return json.dumps({"grammars": [{"lark_grammar": text}]})


def with_space(grammar: str) -> str:
    """The same, perhaps with one space before it: an answer that is begun for the model goes on after a word."""
    first, *others = json.loads(grammar)["grammars"]
    return json.dumps({"grammars": [{"lark_grammar": SPACED}, {**first, "name": "form"}, *others]})


def check_grammar(grammar: str) -> None:
    """Raises NotAForm for what cannot be built within the limits, or allows nothing."""
    import llguidance

    is_wrong, words = llguidance.LLMatcher.validate_grammar_with_warnings(grammar, limits=limits())
    if is_wrong or any("no tokenizer" in word for word in words):
        raise NotAForm(_explain(words[0]))
    matcher = _matcher(grammar)
    for _ in range(TRIED):
        allowed = int.from_bytes(matcher.compute_bitmask(), "little")
        if matcher.is_error():
            raise NotAForm(_explain(matcher.get_error()))
        if matcher.is_stopped() or not (least := (allowed & -allowed).bit_length()) or least - 1 == END:
            return
        matcher.consume_token(least - 1)


def check_patterns(schemas: Iterable[Any]) -> None:
    """Raises NotAForm for a pattern within these that would be refused as a regular expression of its own.

    Of one that may begin anywhere llguidance follows the repetitions only while an answer is written.
    """
    begun = time.thread_time()
    for pattern in dict.fromkeys(pattern for schema in schemas for pattern in patterns_of(schema)):
        if time.thread_time() - begun > MOST_SECONDS:
            raise NotAForm("has patterns that take too long to be looked at; take fewer or simpler ones")
        try:
            check_grammar(regex_grammar(pattern))
        except NotAForm as error:
            raise NotAForm(f"has the pattern {quote(pattern)}, which {error}") from None


def matches(grammar: str, text: str) -> bool:
    """Whether the whole text is of that form; no where that takes too long to say."""
    matcher = _matcher(grammar)
    codes = list(text.encode("utf-8", "replace"))
    begun = time.thread_time()
    for place in range(0, len(codes), PIECE):  # a grammar that can be read in many ways takes the cube of the length
        is_late = time.thread_time() - begun > MOST_SECONDS
        if is_late or not matcher.consume_tokens(codes[place : place + PIECE]):
            return False
    return matcher.is_accepting() and not matcher.is_error()


def _matcher(grammar: str) -> Any:
    import llguidance

    return llguidance.LLMatcher(byte_tokenizer(), grammar, log_level=0, limits=limits())


def _explain(words: str) -> str:
    """What llguidance says of a form, as the end of a sentence that begins with it."""
    for part, meaning in REASONS.items():
        if part in words:
            return meaning
    if words.startswith("Unimplemented keys: "):
        keys = ", ".join(json.loads(words.removeprefix("Unimplemented keys: ").splitlines()[0]))
        return f"uses {keys}, which cannot be enforced while an answer is written; leave it out"
    if "oneOf constraints are not supported" in words:
        return "has a oneOf whose parts overlap, which cannot be enforced; write anyOf"
    if "does not fetch resources" in words:
        return "refers to what is outside of it, and nothing is fetched"
    return f"cannot be built: {_first_line(words)}"


def _first_line(words: str) -> str:
    """The line that says what is wrong: of a regular expression that is the last one, after the picture of it."""
    place = PLACE.match(words)
    _, marked, reason = words.rpartition("error: ")
    line = (reason if marked else words.removeprefix(place[0] if place else "")).strip().split("\n")[0]
    return line[:LONGEST].rstrip(" .")
