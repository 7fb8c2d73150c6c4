"""What checks found in rows, and rows token by token -> what the page shows of them."""

from collections.abc import Sequence
from typing import Any

from playground.finetuning.preparation.checks import RowFinding
from playground.finetuning.preparation.rows import Row, TrainingRow, answers_of
from playground.finetuning.preparation.token_view import view_tokens
from playground.finetuning.training_data import Parts, left_out_text, parts_text

WORDS = {"stop": "Stop", "warning": "Warning", "note": "Note"}
SHOWN = 2  # rows
MOST_TOKENS = 600  # of one row: the first and the last of a longer one
NOTHING: dict[str, Any] = {"title": "", "facts": "", "findings": [], "rows": []}
FINE = {"weight": "note", "word": "Good", "said": "No check found anything wrong. What they cannot see: whether the "
        "answers are right, and whether these are the rows you will meet later."}  # fmt: skip


def checks_value(parts: Parts, findings: Sequence[RowFinding], tokenizer: Any) -> dict[str, Any]:
    """The findings, the gravest first, and the first rows as the model will see them."""
    listed = [{"weight": one.weight, "word": WORDS[one.weight], "said": one.sentence} for one in findings]
    wrong = any(one.weight != "note" for one in findings)
    return {
        "title": parts_text(parts),
        "facts": left_out_text(parts),
        "findings": listed if wrong else [FINE, *listed],
        "rows": [_row_value(row, tokenizer) for row in parts.training[:SHOWN]],
    }


def _row_value(row: Row, tokenizer: Any) -> dict[str, Any]:
    learned = row if isinstance(row, TrainingRow) else TrainingRow(messages=row.messages, answer=answers_of(row)[0])
    tokens = view_tokens(tokenizer, learned)
    counted = sum(token.counted for token in tokens)
    half = MOST_TOKENS // 2
    seen = tokens if len(tokens) <= MOST_TOKENS else (*tokens[:half], *tokens[-half:])
    count = f"{len(tokens):,} tokens"
    if len(tokens) > MOST_TOKENS:
        count = f"{len(tokens):,} tokens, the first and last {half} of them shown"
    return {
        "title": f"Row {row.id}" if row.id else "A row",
        "facts": f"{count}; the loss counts {counted:,}, those that are coloured",
        "tokens": [
            {"text": token.text, "id": token.id, "counted": token.counted, "control": token.control} for token in seen
        ],
    }
