"""Makes a small tokenizer and word vectors from a language model's vocabulary.

A classifier learned from a few thousand short texts meets words that were in none of them. Vectors that stay as the
language model has them, only shorter, let it guess: the unknown word lies near known ones.
"""

import re
from collections.abc import Iterable
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
MARKS = ".,!?;:'\"-"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
SPACE = "Ġ"  # what a byte-level vocabulary writes for the space before a word


def pieces(vocabulary: Iterable[str], texts: Iterable[str], count: int) -> list[str]:
    """Special tokens, marks, letters, and `count` words out of `vocabulary`: those in the texts first, then by rank.

    `vocabulary` is a byte-level BPE vocabulary in the order of its merges, which is about that of frequency.
    """
    words = [token[1:] for token in vocabulary if re.fullmatch(SPACE + "[a-z]{2,}", token)]
    words_in_texts = {word for text in texts for word in re.findall("[a-z]+", text.lower())}
    frequent_words = sorted(words, key=lambda word: word not in words_in_texts)[:count]
    return [*SPECIAL.values(), *MARKS, *LETTERS, *(f"##{letter}" for letter in LETTERS), *frequent_words]


def tokenizer_of(vocabulary: list[str], longest: int) -> Any:
    """A lower-casing WordPiece tokenizer over the vocabulary that cuts texts at `longest` tokens."""
    tokenizer = Tokenizer(WordPiece({piece: index for index, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=longest, **SPECIAL)


@torch.no_grad()
def vectors(vocabulary: list[str], model: Any, tokenizer: Any, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The model's embeddings [words, size] of the words it knows, by principal components, and their rows [words]."""
    ids = tokenizer.get_vocab()
    rows = [row for row, piece in enumerate(vocabulary) if SPACE + piece in ids]
    full = model.get_input_embeddings().weight[[ids[SPACE + vocabulary[row]] for row in rows]].float().cpu()
    full = full - full.mean(0)
    *_, directions = torch.linalg.svd(full, full_matrices=False)
    short = full @ directions[:size].T
    return short / short.std() * 0.5, torch.tensor(rows)
