"""A sentiment classifier of a megabyte and a half: a two-layer BERT (Devlin et al. 2019, arXiv 1810.04805).

It stands for the task models that a hub is full of: a real `AutoModelForSequenceClassification` with its own
tokenizer, small enough to come with the playground. All but its word vectors is learned from scratch.
"""

import time
from collections.abc import Generator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification

from playground.backends.packaged_models import default_model
from playground.finetuning import cards, vocabulary
from playground.finetuning.figures import ShareRight, tally
from playground.finetuning.training.events import TrainingStep
from playground.skill_data.reading import read_items
from playground.skill_data.reviews import LABELS, compose_reviews

WORDS, SIZE, LONGEST = 5000, 64, 128
COMPOSED = 1500  # training reviews for each label, besides the written ones
WRITTEN_TIMES = 8  # how often a written review is seen for once that a composed one is
FORGOTTEN = 0.1  # share of the words hidden while training, so that no single one decides
STEPS, BATCH, RATE = 450, 32, 2e-3

Labelled = tuple[str, str]


def reviews(seed: int) -> list[Labelled]:
    """Training texts with their labels: the written ones, repeated, and composed ones."""
    own_reviews = [(row["text"], row["label"]) for row in read_items("sentiment/reviews.jsonl", "train")]
    return own_reviews * WRITTEN_TIMES + compose_reviews(Random(seed), COMPOSED)


def new_classifier(language_model: Any, its_tokenizer: Any, texts: Sequence[str], seed: int) -> tuple[Any, Any]:
    """A new classifier over the labels, its word vectors those of the language model, and its tokenizer."""
    entries = sorted(its_tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    pieces = vocabulary.pieces([token for token, _ in entries], texts, WORDS)
    tokenizer = vocabulary.tokenizer_of(pieces, LONGEST)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=SIZE,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=2 * SIZE,
        max_position_embeddings=LONGEST,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    table = model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    values, rows = vocabulary.vectors(pieces, language_model, its_tokenizer, SIZE)
    table[rows] = values
    return model, tokenizer


def train(
    model: Any, tokenizer: Any, texts: Sequence[Labelled], *, steps: int, seed: int
) -> Generator[TrainingStep, None, None]:
    """Train the classifier in place; closing the generator stops it where it is."""
    order = Random(seed)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=steps)
    model.train()
    started = time.monotonic()
    for step in range(1, steps + 1):
        sample = order.sample(texts, BATCH)
        inputs = tokenizer([text for text, _ in sample], padding=True, truncation=True, return_tensors="pt")
        ids, mask = inputs["input_ids"], inputs["attention_mask"]
        hidden = (torch.rand(ids.shape) < FORGOTTEN) & (ids >= len(vocabulary.SPECIAL))
        labels = torch.tensor([model.config.label2id[label] for _, label in sample])
        ids = ids.masked_fill(hidden, tokenizer.mask_token_id)
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        yield TrainingStep(step=step, steps=steps, loss=loss.item(), seconds=time.monotonic() - started)
    model.eval()


@torch.inference_mode()
def labels_of(model: Any, tokenizer: Any, texts: Sequence[str], batch: int = 64) -> list[str]:
    """The likeliest label of each text."""
    labels: list[str] = []
    for start in range(0, len(texts), batch):
        inputs = tokenizer(texts[start : start + batch], padding=True, truncation=True, return_tensors="pt")
        logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        labels += [model.config.id2label[index] for index in logits.argmax(-1).tolist()]
    return labels


def load(folder: Path) -> tuple[Any, Any]:
    """The classifier of a folder and its tokenizer."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    return model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)


def measure(model: Any, tokenizer: Any) -> dict[str, ShareRight]:
    """Its accuracy on the held-out reviews, and on those of them that are not marked as hard."""
    rows = read_items("sentiment/reviews.jsonl", "held_out")
    labels = labels_of(model, tokenizer, [row["text"] for row in rows])
    right = [label == row["label"] for label, row in zip(labels, rows, strict=True)]
    plain = [passed for passed, row in zip(right, rows, strict=True) if not row["hard"]]
    return tally({"is right": passed} for passed in right) | tally({"is right on plain reviews": p} for p in plain)


def make_classifier(
    language_model: Any, its_tokenizer: Any, folder: Path, *, seed: int = 0, steps: int | None = None
) -> Generator[TrainingStep, None, cards.WeightsCard]:
    """Train a classifier and write it and its card into the folder; the card is the generator's value."""
    texts = reviews(seed)
    model, tokenizer = new_classifier(language_model, its_tokenizer, [text for text, _ in texts], seed)
    yield from train(model, tokenizer, texts, steps=steps or STEPS, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # it is written for its owner alone
    card = cards.WeightsCard(
        title="Sentiment classifier",
        about="A small model that does one thing: it labels a review Positive, Negative or Neutral.",
        example={"task": {"input": "The staff was rude and the food was cold."}},
        data="The reviews of the sentiment adapter, written and composed: `playground/skill_data/sentiment`.",
        training={
            "method": f"BERT with 2 layers of width {SIZE}, all trained but the word vectors",
            "word_vectors": f"principal components of the embeddings of {default_model().name}",
            "examples": len(texts),
            "steps": steps or STEPS,
            "batch": BATCH,
            "learning_rate": RATE,
            "seed": seed,
        },
        before={},
        after=measure(*load(folder)),
        limits="It knows single words better than their order: irony, negation and half-praise often mislead it. "
        "Compare it with a prompted model on the same text to see what size buys.",
    )
    cards.write_card(card, folder)
    return card
