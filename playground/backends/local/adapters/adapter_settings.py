"""Lists the settings of an adapter's config that are followed here; all others are reported."""

from collections.abc import Container, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

# What a plain LoRA that shares a batch follows, or what its tensors tell anyway, or what only training asks for.
PLAIN_SETTINGS = {
    "task_type", "peft_type", "auto_mapping", "peft_version", "base_model_name_or_path", "revision", "inference_mode",
    "r", "target_modules", "exclude_modules", "lora_alpha", "lora_dropout", "fan_in_fan_out", "bias", "use_rslora",
    "init_lora_weights", "layers_to_transform", "layers_pattern", "rank_pattern", "alpha_pattern", "megatron_config",
    "megatron_core", "loftq_config", "eva_config", "corda_config", "lora_ga_config", "runtime_config",
}  # fmt: skip
IGNORED_SETTINGS = {
    "base_model_class",
    "parent_library",
    "model_type",
    "library_name",
}  # that trainers leave, and nothing follows


def beyond_plain(config: Mapping[str, Any], excluded: Container[str]) -> list[str]:
    """Settings of a LoRA that PEFT knows and a plain one has not, but for those."""
    return [
        name
        for name, field in _peft_fields("LORA").items()
        if name not in PLAIN_SETTINGS and name not in excluded and _is_set(field, config)
    ]


def warn_of_unknown(kind: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """A word of warning if the config has settings that nobody here knows; those may change what the adapter does."""
    peft_fields = _peft_fields(kind)
    names = [
        str(name)[:60]
        for name, value in config.items()
        if peft_fields and name not in peft_fields and name not in IGNORED_SETTINGS and value
    ]
    if not names:
        return ()
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
    return (
        f"Its config has settings that are not known here and are not followed: {listed}. If they change what the "
        "adapter does, it answers otherwise than it was trained to.",
    )


def _peft_fields(kind: str) -> "dict[str, Field[Any]]":
    from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING  # a second to import: not before an adapter is loaded

    config = PEFT_TYPE_TO_CONFIG_MAPPING.get(kind)
    return {field.name: field for field in fields(config)} if config else {}


def _is_set(field: "Field[Any]", config: Mapping[str, Any]) -> bool:
    """Whether a config has another value than that of a config that says nothing of it."""
    value = config.get(field.name)
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    return bool(value) and value != default
