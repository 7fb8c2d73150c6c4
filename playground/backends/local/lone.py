"""Adapters that cannot share a batch: merged by PEFT into a copy of the base that decodes for them alone."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from peft import set_peft_model_state_dict
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING, PEFT_TYPE_TO_TUNER_MAPPING
from torch import nn

from playground.backends.local.adapter_folder import CONFIG, WEIGHTS, AdapterFolder
from playground.backends.local.adapters import check_modules, load_tensors
from playground.errors import ModelUnavailable

# Kinds whose change PEFT can put into the weights, in its own names.
KINDS = {
    "LORA", "ADALORA", "IA3", "LOHA", "LOKR", "OFT", "BOFT", "VERA", "LN_TUNING", "FOURIERFT", "HRA", "MISS",
    "RANDLORA", "SHIRA", "C3A", "WAVEFT", "ROAD", "VBLORA", "TRAINABLE_TOKENS", "DELORA", "GRALORA",
}  # fmt: skip
# What an adapter's config may not decide here: code or files from elsewhere, and how training began.
LEFT_OUT = {
    "auto_mapping", "base_model_name_or_path", "revision", "megatron_config", "megatron_core", "loftq_config",
    "corda_config", "eva_config", "lora_ga_config", "init_lora_weights", "init_weights", "inference_mode",
    "peft_type", "peft_version", "runtime_config",
}  # fmt: skip


class _Tuned(nn.Module):
    """A model with an adapter's modules, under the names of PEFT's files; its own class also prepares for training."""

    def __init__(self, model: Any, config: Any) -> None:
        super().__init__()
        self.config, self.peft_config = model.config, {"default": config}
        self.base_model = PEFT_TYPE_TO_TUNER_MAPPING[config.peft_type](model, self.peft_config, "default")


def merge(folder: AdapterFolder, model: Any) -> Any:
    """The model, which is used up, with the adapter in its weights. Raises ModelUnavailable where they do not fit."""
    if folder.kind not in KINDS:
        raise ModelUnavailable(
            f"{folder.path / CONFIG}: adapters of type {folder.kind!a} cannot be used with a model here."
        )
    if folder.kind == "LORA":
        check_modules(folder, model)
    tensors = load_tensors(folder)
    config_class = PEFT_TYPE_TO_CONFIG_MAPPING[folder.kind]
    known = {field.name for field in fields(config_class) if field.init} - LEFT_OUT
    try:
        config = config_class(**{key: value for key, value in folder.config.items() if key in known})
        tuned = _Tuned(model, config)
        result = set_peft_model_state_dict(tuned, tensors)
    except (ValueError, TypeError, KeyError, RuntimeError, AttributeError, NotImplementedError) as error:
        raise ModelUnavailable(f"{folder.path} does not fit this model: {str(error)[:300]}") from error
    missing = _missing(result.missing_keys, tuned)
    if result.unexpected_keys or missing:
        name = (result.unexpected_keys or missing)[0]
        what = "has a tensor for which this model has no place" if result.unexpected_keys else "lacks a tensor"
        raise ModelUnavailable(f"{folder.path / WEIGHTS} {what}: {name}. Is it for another base?")
    try:
        return tuned.base_model.merge_and_unload(safe_merge=True).eval().requires_grad_(False)
    except (ValueError, NotImplementedError, AttributeError, RuntimeError) as error:
        raise ModelUnavailable(f"{folder.path} cannot be merged into this model: {str(error)[:300]}") from error


def _missing(names: Sequence[str], tuned: _Tuned) -> list[str]:
    """Which of these are the adapter's and not the base's, and hold no tensor that was found under another name."""
    parameters = dict(tuned.named_parameters(remove_duplicate=False))
    found = {id(parameter) for name, parameter in parameters.items() if name not in names}
    prefix = tuned.base_model.prefix or "lora_"
    return [name for name in names if prefix in name and id(parameters.get(name)) not in found]
