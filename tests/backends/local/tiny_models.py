"""Tiny random models of several architectures, and a tokenizer trained on a few lines."""

import re

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

VOCABULARY = 384
ENDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
SHAPE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": VOCABULARY, **ENDS}
WIDE = {"intermediate_size": 128, "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 512}
CONFIGS = {
    "llama": LlamaConfig(**SHAPE, **WIDE),
    "qwen2": Qwen2Config(**SHAPE, **WIDE),
    "qwen3": Qwen3Config(**SHAPE, **WIDE),
    "mistral-sliding": MistralConfig(**SHAPE, **WIDE, sliding_window=9),
    "gpt2": GPT2Config(n_embd=64, n_layer=2, n_head=4, n_positions=512, vocab_size=VOCABULARY, **ENDS),
    "gemma2-softcap": Gemma2Config(**SHAPE, **WIDE, sliding_window=9, attn_implementation="eager"),
    "gemma3-mixed": Gemma3TextConfig(
        **SHAPE,
        **WIDE,
        sliding_window=9,
        layer_types=["sliding_attention", "full_attention"],
        tie_word_embeddings=False,  # with random tied ones it would only repeat the last token
    ),
}

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# One that knows functions, as Qwen2.5's does, in short.
HEAD = (
    "{% if tools %}<|im_start|>system\n{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}<|im_end|>\n{% endif %}"
)
TURN = (
    "{% for m in messages %}<|im_start|>{{ 'user' if m.role == 'tool' else m.role }}\n{{ m.content }}"
    '{% for call in m.tool_calls or [] %}\n<tool_call>\n{"name": "{{ call.function.name }}", "arguments": '
    "{{ call.function.arguments | tojson }}}\n</tool_call>{% endfor %}<|im_end|>\n{% endfor %}"
)
END = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
CORPUS = [
    "the cat sat on the mat and the dog ran to the house",
    "user assistant system",
    "what is the capital of France? Paris.",
]


def tiny_model(name: str, seed: int = 0) -> PreTrainedModel:
    """A random float32 model whose next-token distribution is far from flat, so that greedy text has no near-ties."""
    return _random_model(CONFIGS[name], seed)


def llama_over(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """Such a Llama that reads the prompts of a whole model, and answers in few of its words: it repeats itself."""
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    sizes = {"vocab_size": len(tokenizer), "max_position_embeddings": 8192, "pad_token_id": tokenizer.eos_token_id}
    model = _random_model(LlamaConfig(**SHAPE | WIDE | ends | sizes), 0)
    pieces = tokenizer.convert_ids_to_tokens(list(range(VOCABULARY)))
    words = [at for at, piece in enumerate(pieces) if re.fullmatch("\u0120[a-z]+", piece)]
    weight = model.get_output_embeddings().weight
    with torch.no_grad():
        weight[words] *= 3  # with 10, every second hot answer would be the cold one
    return model


def _random_model(config: PreTrainedConfig, seed: int) -> PreTrainedModel:
    torch.manual_seed(seed)
    model = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)](config)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            if parameter.ndim == 2 or path.endswith("_proj.bias"):  # Qwen2's on query, key and value begin as zeros
                parameter.normal_(0, 0.35)
    return model.eval()


def tiny_tokenizer() -> PreTrainedTokenizerFast:
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
