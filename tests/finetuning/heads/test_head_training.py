"""Every kind of head learns on tiny encoders of several families, and what is saved is used like any task model."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from folders import Quiet
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5ForConditionalGeneration,
)

from playground.backends.base import Request
from playground.backends.local.opening import open_model
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable, TrainingHopeless
from playground.finetuning.heads import training
from playground.finetuning.heads.encoding import batch_loss, encode_row, preference_losses
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.heads.rows import (
    AskedPassage,
    HeadRow,
    LabelledText,
    PreferredAnswer,
    Span,
    TaggedText,
    texts_of,
)
from playground.finetuning.heads.scoring import measure
from playground.finetuning.heads.training import new_head, train_head
from playground.finetuning.training.checkpoints import Checkpoints
from playground.finetuning.training.events import TrainingEvent, TrainingStep
from playground.settings import Settings
from playground.types import Delta, Message

WORDS = ["ann", "bob", "eve", "in", "rome", "paris", "good", "bad", "film", "a", "who", "where", "is", "?", "it", "was"]
SMALL = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
NAMES, PLACES = ("ann", "bob", "eve"), ("rome", "paris")
ROWS: dict[str, list[HeadRow]] = {
    "classification": [
        LabelledText(f"{name} : it was a {mood} film", mood) for name in NAMES for mood in ("good", "bad")
    ],
    "tokens": [
        TaggedText(f"{name} is in {place}", (Span(0, 3, "WHO"), Span(10, 10 + len(place), "WHERE")))
        for name in NAMES
        for place in PLACES
    ],
    "answers": [
        AskedPassage(f"{name} is in {place}", "where is it ?", 10, 10 + len(place))
        for name in NAMES
        for place in PLACES
    ],
    "reward": [PreferredAnswer(f"was it good , {name} ?", "it was good", "it was bad") for name in NAMES],
}


def words(*, types: bool) -> PreTrainedTokenizerFast:
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    inputs = ["input_ids", *(["token_type_ids"] if types else []), "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=64, model_input_names=inputs, **names)


def encoder(family: str, folder: Path) -> Path:
    torch.manual_seed(0)
    size = {"vocab_size": len(WORDS) + 5, "hidden_size": 32, "pad_token_id": 0, **SMALL}
    made: Any = {
        "bert": lambda: BertModel(BertConfig(max_position_embeddings=64, **size)),
        "roberta": lambda: RobertaModel(RobertaConfig(max_position_embeddings=66, type_vocab_size=1, **size)),
        "deberta": lambda: DebertaV2Model(DebertaV2Config(max_position_embeddings=64, **size)),
        "t5": lambda: T5ForConditionalGeneration(
            T5Config(
                vocab_size=len(WORDS) + 5, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, eos_token_id=3,
                pad_token_id=0, decoder_start_token_id=0,
            )
        ),
    }[family]()  # fmt: skip
    made.save_pretrained(folder)
    words(types=family == "bert").save_pretrained(folder)
    return folder


def losses_of(work: Iterable[TrainingEvent]) -> list[float]:
    return [event.loss for event in work if isinstance(event, TrainingStep)]


@pytest.mark.parametrize("family", ["bert", "roberta", "deberta", "t5"])
@pytest.mark.parametrize("kind", ROWS)
def test_a_head_learns_is_measured_saved_and_used(tmp_path: Path, kind: Any, family: str) -> None:
    rows = ROWS[kind]
    plan = HeadPlan(kind=kind, steps=60, batch=6, rate=4e-3)
    model, tokenizer = new_head(encoder(family, tmp_path / "encoder"), plan, rows)
    losses = losses_of(train_head(model, tokenizer, rows, plan))
    assert len(losses) == 60
    assert losses[-1] < 0.5 * losses[0]
    figures = measure(model, tokenizer, kind, rows)  # those it has learned
    assert all(low <= value <= high for value, low, high in figures.values())
    assert min(value for value, _, _ in figures.values()) >= 0.9

    model.save_pretrained(tmp_path / "made")
    tokenizer.save_pretrained(tmp_path / "made")
    assert (tmp_path / "made" / "model.safetensors").is_file()
    source = ModelSource(kind="folder", place=str(tmp_path / "made"))
    backend: Any = open_model(source, "Head", Settings(), Quiet())
    news = list(backend.stream(Request(messages=(Message("user", texts_of(rows[0])[0]),))))
    findings = next(one.findings for one in news if isinstance(one, Delta) and one.findings)
    labels = {"classification": "good", "tokens": "WHO", "answers": "answer", "reward": "preferred"}
    assert findings[0].label == labels[kind]
    assert findings[0].probability > 0.5
    backend.close()


def test_the_head_alone_leaves_the_encoder_as_it_is(tmp_path: Path) -> None:
    rows = ROWS["classification"]
    plan = HeadPlan(trains="head_alone", steps=3, batch=4)
    model, tokenizer = new_head(encoder("bert", tmp_path), plan, rows)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    list(train_head(model, tokenizer, rows, plan))
    changed = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_the_seed_decides(tmp_path: Path) -> None:
    folder = encoder("bert", tmp_path)
    plan_rows = ROWS["classification"]
    found = []
    for seed in (1, 1, 2):
        plan = HeadPlan(steps=4, batch=4, seed=seed)
        found.append(losses_of(train_head(*new_head(folder, plan, plan_rows), plan_rows, plan)))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("trains", ["encoder_and_head", "head_alone"])
def test_one_that_goes_on_from_a_checkpoint_learns_what_it_would_have_learned(tmp_path: Path, trains: Any) -> None:
    folder, rows = encoder("bert", tmp_path / "encoder"), ROWS["classification"]
    plan, kept = HeadPlan(steps=8, batch=4, trains=trains), Checkpoints(tmp_path / "kept")
    whole = losses_of(train_head(*new_head(folder, plan, rows), rows, plan))
    begun = train_head(*new_head(folder, plan, rows), rows, plan, kept)
    first = losses_of(islice(begun, 3))
    begun.close()
    rest = losses_of(train_head(*new_head(folder, plan, rows), rows, plan, kept))
    assert first + rest == whole


def test_the_loss_of_pairs_is_bradleys_and_terrys() -> None:
    # Rewards 2 and 1: the first wins with probability e / (1 + e); equal ones are a coin.
    found = preference_losses(torch.tensor([2.0, 0.5]), torch.tensor([1.0, 0.5]))
    assert found.tolist() == pytest.approx([0.3132617, 0.6931472], abs=1e-6)


def test_the_loss_of_a_batch_of_pairs_is_that_of_its_rewards(tmp_path: Path) -> None:
    rows = ROWS["reward"]
    model, tokenizer = new_head(encoder("bert", tmp_path), HeadPlan(kind="reward"), rows)
    model.eval()
    encoded = [encode_row(tokenizer, row, {}) for row in rows]
    with torch.no_grad():
        found = batch_loss(model, tokenizer, encoded).item()
        rewards = [model(**tokenizer(text, return_tensors="pt")).logits.item() for r in rows for text in texts_of(r)]
    pairs = zip(rewards[0::2], rewards[1::2], strict=True)
    expected = sum(torch.nn.functional.softplus(torch.tensor(bad - good)).item() for good, bad in pairs) / len(rows)
    assert found == pytest.approx(expected, abs=1e-5)


def test_labels_of_tokens_stand_where_the_spans_are() -> None:
    tokenizer = words(types=True)
    (row,) = encode_row(tokenizer, ROWS["tokens"][0], {"O": 0, "WHERE": 1, "WHO": 2})
    assert row["labels"] == [-100, 2, 0, 0, 1, -100]  # what the tokenizer adds counts for nothing
    (asked,) = encode_row(tokenizer, ROWS["answers"][0], {})
    read = tokenizer.convert_ids_to_tokens(asked["input_ids"])
    assert read[asked["start_positions"] : asked["end_positions"] + 1] == ["rome"]
    cut = AskedPassage("in " * 400 + "rome", "where is it ?", 1200, 1204)  # beyond what is read
    (beyond,) = encode_row(tokenizer, cut, {})
    assert (beyond["start_positions"], beyond["end_positions"]) == (-100, -100)


def test_what_is_no_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="No head can be put on mine"):
        new_head(tmp_path, HeadPlan(encoder_source="mine"), ROWS["classification"])


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory.")])
def test_memory_that_runs_out_is_no_fault_of_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(training.AutoTokenizer, "from_pretrained", Mock(side_effect=error))
    with pytest.raises(type(error)):
        new_head(tmp_path, HeadPlan(encoder_source="mine"), ROWS["classification"])


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path) -> None:
    rows = ROWS["classification"]
    plan = HeadPlan(steps=5, batch=2)
    model, tokenizer = new_head(encoder("bert", tmp_path), plan, rows)
    model.classifier.weight.data.fill_(float("nan"))
    with pytest.raises(TrainingHopeless, match="not a number any more at step 1"):
        list(train_head(model, tokenizer, rows, plan))
