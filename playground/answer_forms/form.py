"""A form as it is written, checked: a JSON schema, an example, labels, a regular expression, a grammar."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playground.answer_forms import grammars, joined, repeats, schemas
from playground.answer_forms.schemas import NotAForm
from playground.errors import InvalidSetup
from playground.task import MAX_FORM, FormKind, Task

WHERE = ("task", "form_text")
MAX_LABELS, LONGEST_LABEL = 200, 200
JSON_KINDS: tuple[FormKind, ...] = ("json_schema", "example")
NAMES: dict[FormKind, str] = {
    "json_schema": "JSON schema",
    "example": "form of an example",
    "labels": "choice of labels",
    "regex": "regular expression",
    "grammar": "grammar",
}
STRUCTURED: dict[FormKind, str] = {"labels": "choice", "regex": "regex", "grammar": "grammar"}  # vLLM's names
EMPTY: dict[FormKind, str] = {
    "json_schema": "write the JSON schema that the answer must fit.",
    "example": 'write an example of the answer, as JSON: {"name": "Ada", "born": 1815}.',
    "labels": "write the allowed answers, one a line.",
    "regex": "write the regular expression that the whole answer must match.",
    "grammar": 'write a grammar, such as start: "yes" | "no".',
}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A checked form. `grammar` is what enforces it, `schema` its JSON schema, as JSON, of kinds that have one; of the
    others `written` is what was written: the labels, the regular expression, the grammar."""

    kind: FormKind
    grammar: str
    schema: str = ""
    written: str | tuple[str, ...] = ""

    @property
    def title(self) -> str:
        """What it is, in words."""
        return NAMES[self.kind]

    def is_kept(self, text: str) -> bool:
        """Whether a whole answer is of this form. One of a JSON schema may be spaced, and ordered, in any way."""
        if not self.schema:
            return grammars.matches(self.grammar, text)
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return False
        return True

    @property
    def response_format(self) -> dict[str, Any]:
        """What asks a server for a schema, in OpenAI's protocol."""
        described = {"name": "answer", "strict": True, "schema": json.loads(self.schema)}
        return {"type": "json_schema", "json_schema": described}

    @property
    def fields(self) -> dict[str, Any]:
        """What asks a server for it: what OpenAI's protocol has no field for, in the one that vLLM adds to it."""
        if self.schema:
            return {"response_format": self.response_format}
        value = self.written if isinstance(self.written, str) else [*self.written]
        return {"structured_outputs": {STRUCTURED[self.kind]: value}}


def form_of(task: Task) -> AnswerForm | None:
    """The form of a task's answer, if it has one. Raises InvalidSetup for one that cannot be enforced."""
    return None if task.form == "none" else read_form(task.form, task.form_text)


@lru_cache(maxsize=64)
def read_form(kind: FormKind, text: str) -> AnswerForm:
    """The form that the text describes. Raises InvalidSetup."""
    if not text.strip():
        raise InvalidSetup(path=WHERE, value="", rule=EMPTY[kind])
    try:
        form = _read(kind, text)
        grammars.check_grammar(form.grammar)
    except NotAForm as error:
        raise InvalidSetup(path=WHERE, rule=f"{error}.") from None
    return form


def _read(kind: FormKind, text: str) -> AnswerForm:
    if len(text) > MAX_FORM:
        raise NotAForm(f"has {len(text):,} characters; {MAX_FORM:,} is the most")
    if kind in JSON_KINDS:
        value = schemas.read_json(text)
        schema = value if kind == "json_schema" else schemas.schema_of(value)
        schemas.check_schema(schema)
        joined.check_joined(schema)
        grammars.check_patterns([schema])
        written = json.dumps(schema, ensure_ascii=False)
        return AnswerForm(kind, grammars.schema_grammar(written), written)
    if kind == "labels":
        labels = _labels(text)
        return AnswerForm(kind, grammars.label_grammar(labels), written=labels)
    if kind == "regex":
        return AnswerForm(kind, grammars.regex_grammar(text), written=text)
    joined.check_joined_terms(text)
    repeats.check_repeats(text)
    grammars.check_patterns(joined.embedded_schemas(text))
    return AnswerForm(kind, grammars.lark_grammar(text), written=text)


def _labels(text: str) -> tuple[str, ...]:
    """One a line, each once."""
    labels = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(labels) > MAX_LABELS:
        raise NotAForm(f"has {len(labels):,} labels; {MAX_LABELS} is the most")
    if longest := next((label for label in labels if len(label) > LONGEST_LABEL), ""):
        raise NotAForm(f"has a label of {len(longest):,} characters; {LONGEST_LABEL} is the most")
    return labels
