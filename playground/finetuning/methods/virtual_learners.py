"""What learns in prompt tuning and prefix tuning, laid out as PEFT keeps it.

PEFT's own forward passes ignore the positions of padded rows, so that the distance between the virtual tokens and a
prompt would depend on the row beside it in the batch. Here positions are those that a row has alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import PrefixTuningConfig, PromptTuningConfig
from transformers import DynamicCache

from playground.backends.local.transformers_internals import cache_of
from playground.errors import InvalidSetup
from playground.finetuning.methods.peft_learner import write_weights
from playground.finetuning.methods.quick_layers import quicken
from playground.finetuning.read_logits import read_logits
from playground.finetuning.recipe import Recipe

NAME = "prompt_embeddings"  # in PEFT's files


class _Virtual:
    """One matrix of float32 numbers, a row for each virtual token."""

    def __init__(self, model: Any, values: torch.Tensor) -> None:
        self.model = model
        self.values = torch.nn.Parameter(values.detach().float().clone())
        self.detach = quicken(model)  # after which the model is as it was: nothing else was put into it

    @property
    def weights(self) -> list[torch.Tensor]:
        return [self.values]

    @property
    def shrunk(self) -> list[torch.Tensor]:
        """None: a virtual token that is nearly nothing is no better than a word."""
        return []

    @property
    def count(self) -> int:
        return len(self.values)

    def switch(self, *, learning: bool) -> None:
        self.values.requires_grad_(learning)

    def state(self) -> dict[str, torch.Tensor]:
        return {NAME: self.values.detach().clone()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            self.values.copy_(state[NAME])

    def write(self, folder: Path, config: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_weights({NAME: self.values}, folder / "adapter_model.safetensors")
        config.save_pretrained(str(folder))

    def described(self, base: str, width: int, heads: int) -> dict[str, Any]:
        """What PEFT's configs of both kinds have in common."""
        return {
            "task_type": "CAUSAL_LM", "num_virtual_tokens": self.count, "token_dim": width,
            "num_attention_heads": heads, "num_layers": self.model.config.num_hidden_layers,
            "num_transformer_submodules": 1, "base_model_name_or_path": base, "inference_mode": True,
        }  # fmt: skip

    def whole_mask(self, mask: torch.Tensor) -> torch.Tensor:
        """The mask with the virtual tokens, which everything may look at."""
        return torch.cat([mask.new_ones(len(mask), self.count), mask], dim=1)


class VirtualPrompt(_Virtual):
    """Vectors `[tokens, hidden]` that stand before those of the prompt."""

    def __init__(self, model: Any, tokenizer: Any, recipe: Recipe) -> None:
        ids = text_ids(tokenizer, recipe).to(model.device)
        super().__init__(model, model.get_input_embeddings()(ids))

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        vectors = self.model.get_input_embeddings()(ids)
        begins = cache is None or cache.get_seq_length() == 0
        positions = positions + self.count
        if begins:
            rows = len(ids)
            own = self.values.to(vectors.dtype).expand(rows, -1, -1)
            vectors = torch.cat([own, vectors], dim=1)
            first = torch.arange(self.count, device=positions.device).expand(rows, -1)
            positions = torch.cat([first, positions], dim=1)
        mask = self.whole_mask(mask)
        return read_logits(self.model, keep, cache, inputs_embeds=vectors, attention_mask=mask, position_ids=positions)

    def save(self, folder: Path, base: str) -> None:
        """A PEFT folder."""
        config = self.model.config
        self.write(folder, PromptTuningConfig(**self.described(base, config.hidden_size, config.num_attention_heads)))


class VirtualPrefix(_Virtual):
    """Keys and values `[tokens, layers x 2 x heads x size]` that stand before those of the prompt."""

    def __init__(self, model: Any, tokenizer: Any, recipe: Recipe) -> None:
        config = model.config
        self.layers = config.num_hidden_layers
        self.heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        self.size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        super().__init__(model, self._keys_values_of(model, text_ids(tokenizer, recipe).to(model.device)))

    @torch.no_grad()
    def _keys_values_of(self, model: Any, ids: torch.Tensor) -> torch.Tensor:
        """What a text leaves in the cache, laid out as PEFT's `get_prompt` reads it."""
        read = cache_of(model(input_ids=ids[None], use_cache=True))
        pairs = [part[0].transpose(0, 1) for layer in read.layers for part in (layer.keys, layer.values)]
        return torch.stack(pairs, dim=1).reshape(len(ids), -1)

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        used = DynamicCache() if cache is None else cache
        if used.get_seq_length() == 0:
            self._fill(used, len(ids))
        mask, positions = self.whole_mask(mask), positions + self.count
        return read_logits(self.model, keep, used, input_ids=ids, attention_mask=mask, position_ids=positions)

    def _fill(self, cache: Any, rows: int) -> None:
        shaped = self.values.to(self.model.dtype).view(self.count, self.layers, 2, self.heads, self.size)
        for layer, (keys, values) in enumerate(shaped.permute(1, 2, 3, 0, 4)):
            cache.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1), layer)

    def save(self, folder: Path, base: str) -> None:
        """A PEFT folder."""
        self.write(folder, PrefixTuningConfig(**self.described(base, self.heads * self.size, self.heads)))


def text_ids(tokenizer: Any, recipe: Recipe) -> torch.Tensor:
    """As many ids as there are virtual tokens: those of the recipe's text, again and again. Raises InvalidSetup."""
    ids = tokenizer(recipe.start, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    if not ids:
        raise InvalidSetup(path=("recipe", "start"), rule="must hold at least one word to begin with.")
    return torch.tensor((ids * recipe.tokens)[: recipe.tokens])
