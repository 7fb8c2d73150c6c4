"""Merges an adapter that cannot share a batch into a copy of the base, with PEFT."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import torch
from peft import set_peft_model_state_dict
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING, PEFT_TYPE_TO_TUNER_MAPPING
from torch import Tensor, nn

from playground.backends.local.adapters.adapter_folder import CONFIG, WEIGHTS, AdapterFolder
from playground.backends.local.adapters.tensors import check_modules, check_tokens, load_tensors
from playground.backends.local.files.loading import tie
from playground.errors import ModelUnavailable

# Kinds whose change PEFT can put into the weights, in its own names.
MERGEABLE_KINDS = {
    "LORA", "ADALORA", "IA3", "LOHA", "LOKR", "OFT", "BOFT", "VERA", "LN_TUNING", "FOURIERFT", "HRA", "MISS",
    "RANDLORA", "SHIRA", "C3A", "WAVEFT", "ROAD", "VBLORA", "TRAINABLE_TOKENS", "DELORA", "GRALORA",
}  # fmt: skip
# What an adapter's config may not decide here: code or files from elsewhere, and how training began.
IGNORED_SETTINGS = {
    "auto_mapping", "base_model_name_or_path", "revision", "megatron_config", "megatron_core", "loftq_config",
    "corda_config", "eva_config", "lora_ga_config", "init_lora_weights", "init_weights", "inference_mode",
    "peft_type", "peft_version", "runtime_config",
}  # fmt: skip


PROBE_TOKENS = (5, 17, 3, 11)  # tokens after which a merged adapter must say what it says unmerged
MAX_ROUNDING = 0.02  # largest difference of likely tokens' log-probabilities that counts as rounding, in float32


class _PeftModel(nn.Module):
    """A model with an adapter's modules, under the names of PEFT's files; its own class also prepares for training."""

    def __init__(self, model: Any, config: Any) -> None:
        super().__init__()
        self.config, self.peft_config = model.config, {"default": config}
        self.base_model = PEFT_TYPE_TO_TUNER_MAPPING[config.peft_type](model, self.peft_config, "default")


def merge(folder: AdapterFolder, model: Any) -> Any:
    """The model, which is used up, with the adapter in its weights. Raises ModelUnavailable where they do not fit."""
    if folder.kind not in MERGEABLE_KINDS:
        raise ModelUnavailable(
            f"{folder.path / CONFIG}: adapters of type {folder.kind!a} cannot be used with a model here."
        )
    check_tokens(folder, model)
    if folder.kind == "LORA":
        check_modules(folder, model)
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    tied = last is not None and last.weight is first.weight
    tensors = load_tensors(folder)
    config_class = PEFT_TYPE_TO_CONFIG_MAPPING[folder.kind]
    accepted = {field.name for field in fields(config_class) if field.init} - IGNORED_SETTINGS
    try:
        config = config_class(**{key: value for key, value in folder.config.items() if key in accepted})
        adapted = _PeftModel(model, config)
        result = set_peft_model_state_dict(adapted, tensors)
    except Exception as error:  # whatever PEFT raises at an adapter that is not as it expects it
        raise ModelUnavailable(f"{folder.path} does not fit this model", _describe_error(error)) from error
    missing = _missing_tensors(result.missing_keys, adapted)
    if result.unexpected_keys or missing:
        name = (result.unexpected_keys or missing)[0]
        what = "has a tensor for which this model has no place" if result.unexpected_keys else "lacks a tensor"
        raise ModelUnavailable(f"{folder.path / WEIGHTS} {what}: {name}. Is it for another base?")
    try:
        before = probe_logprobs(adapted.base_model, first.weight.shape[0])
        if tied:  # what is merged into one of them must not change the other
            last.weight = nn.Parameter(first.weight.detach().clone(), requires_grad=False)
            model.config.tie_word_embeddings = False
        merged = adapted.base_model.merge_and_unload(safe_merge=True).eval().requires_grad_(False)
        difference = (
            (before - probe_logprobs(merged, first.weight.shape[0]))[before > before.max() - 3].abs().max().item()
        )
    except Exception as error:
        raise ModelUnavailable(f"{folder.path} cannot be merged into this model", _describe_error(error)) from error
    if not difference <= MAX_ROUNDING * (1 if merged.dtype == torch.float32 else 25):
        raise ModelUnavailable(
            f"{folder.path} answers otherwise when it is merged into this model (off by {difference:.2g}); "
            "it cannot be used."
        )
    if tied:
        tie(merged)  # again where nothing has changed either
    return merged


def probe_logprobs(model: Any, size: int) -> Tensor:
    """Log-probabilities after a fixed prompt, `[vocabulary]`."""
    device = next(model.parameters()).device
    with torch.no_grad():
        ids = torch.tensor([[token % size for token in PROBE_TOKENS]], device=device)
        logits: Tensor = model(input_ids=ids, use_cache=False).logits[0, -1]
    return logits.float().log_softmax(-1)


def _describe_error(error: Exception) -> str:
    """What it says, with its kind where that is half of it: a KeyError says but a name."""
    return f"{type(error).__name__}, {error}" if isinstance(error, LookupError) else str(error) or type(error).__name__


def _missing_tensors(names: Sequence[str], model: _PeftModel) -> list[str]:
    """Which of these are the adapter's and not the base's, and hold no tensor that was found under another name."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    filled = {id(parameter) for name, parameter in parameters.items() if name not in names}
    prefix = model.base_model.prefix or "lora_"
    return [name for name in names if prefix in name and id(parameters.get(name)) not in filled]
