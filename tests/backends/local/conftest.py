"""A tokenizer trained on a few lines, and backends over tiny models."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tiny_models import VOCABULARY, tiny_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.precision import prepare

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CORPUS = [
    "the cat sat on the mat and the dog ran to the house",
    "user assistant system",
    "what is the capital of France? Paris.",
]


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level, so any text can be encoded, with a chat template and two control tokens."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet)
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", bos_token="<|im_start|>", unk_token="<|endoftext|>"
    )
    made.chat_template = TEMPLATE
    return made


@pytest.fixture
def backend_of(tokenizer: PreTrainedTokenizerFast) -> Iterator[Callable[..., LocalBackend]]:
    """Make a backend over a tiny model: `backend_of("llama", precision="float32", max_rows=4)`."""
    made: list[LocalBackend] = []

    def make(model: Any = "llama", precision: Any = "float32", **limits: Any) -> LocalBackend:
        if isinstance(model, str):
            model = prepare(tiny_model(model), precision)
        made.append(LocalBackend(model, tokenizer, **limits))
        return made[-1]

    yield make
    for backend in made:
        backend.close()
