"""The classifier: its tokenizer, its word vectors, and that training it teaches something and is repeatable."""

from itertools import islice
from typing import Any

import torch

from playground.finetuning import tiny_classifier, vocabulary
from playground.skill_data.reviews import LABELS

TEXTS = [("Lovely soup.", "Positive"), ("Awful soup.", "Negative"), ("A bowl of soup.", "Neutral")] * 20


def made(default_model: tuple[Any, Any]) -> tuple[Any, Any]:
    return tiny_classifier.new_classifier(*default_model, [text for text, _ in TEXTS], seed=1)


def test_the_tokenizer_knows_words_and_spells_the_others(default_model: tuple[Any, Any]) -> None:
    known = sorted(default_model[1].get_vocab().items(), key=lambda entry: entry[1])
    pieces = vocabulary.pieces([token for token, _ in known], ["the soup"], 50)
    tokenizer = vocabulary.tokenizer_of(pieces, longest=8)
    assert len(pieces) == len(set(pieces))
    assert tokenizer.tokenize("The soup!") == ["the", "soup", "!"]
    assert tokenizer.tokenize("xq") == ["x", "##q"]
    ids = tokenizer("soup " * 20, truncation=True)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["[CLS]", *["soup"] * 6, "[SEP]"]


def test_word_vectors_are_the_language_models(default_model: tuple[Any, Any]) -> None:
    model, tokenizer = made(default_model)
    table = model.bert.embeddings.word_embeddings.weight

    def alike(one: str, other: str) -> float:
        ids = tokenizer.convert_tokens_to_ids([one, other])
        return torch.nn.functional.cosine_similarity(table[ids[0]], table[ids[1]], dim=0).item()

    assert alike("terrible", "horrible") > 0.5 > alike("terrible", "table")


def test_training_teaches_repeatably_and_leaves_the_vectors_alone(default_model: tuple[Any, Any]) -> None:
    losses = []
    for steps in (12, None):  # the first is ended early
        model, tokenizer = made(default_model)
        before = model.bert.embeddings.word_embeddings.weight.clone()
        work = tiny_classifier.train(model, tokenizer, TEXTS, steps=120, seed=2)
        losses.append([step.loss for step in islice(work, steps)])
    assert losses[0] == losses[1][:12]
    assert losses[1][-1] < losses[1][0] / 2
    assert torch.equal(model.bert.embeddings.word_embeddings.weight, before)
    assert tiny_classifier.labels_of(model, tokenizer, [text for text, _ in TEXTS[:3]]) == list(LABELS)
