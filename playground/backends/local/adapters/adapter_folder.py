"""Reads and checks the folder of an adapter before any tensor is loaded.

Where it says its base is (`base_model_name_or_path`) is compared, and never followed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.backends.local.adapters import adapter_settings
from playground.backends.local.files.headers import StoredTensor, read_header, read_json, refuse_pickles
from playground.backends.memory import format_bytes
from playground.errors import ModelUnavailable

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_BYTES = 2_000_000_000  # bytes
PEFT_PREFIX = "base_model.model."
BOTTLENECK = "BOTTLENECK"  # the one kind that is not PEFT's
VIRTUAL_TOKEN_KINDS = {"PROMPT_TUNING": "prompt tuning", "P_TUNING": "p-tuning", "PREFIX_TUNING": "prefix tuning"}
TITLES = VIRTUAL_TOKEN_KINDS | {BOTTLENECK: "bottleneck adapter"} | {
    "ADALORA": "AdaLoRA", "IA3": "(IA)\u00b3", "LOHA": "LoHa", "LOKR": "LoKr", "VERA": "VeRA", "LN_TUNING": "norms",
    "FOURIERFT": "FourierFT", "MISS": "MiSS", "RANDLORA": "RandLoRA", "SHIRA": "SHiRA", "C3A": "C\u00b3A",
    "WAVEFT": "WaveFT", "ROAD": "RoAd", "VBLORA": "VB-LoRA", "TRAINABLE_TOKENS": "trainable tokens",
    "DELORA": "DeLoRA", "GRALORA": "GraLoRA",
}  # fmt: skip
# Beyond plain LoRA, in the config's words -> in words for people.
BEYOND_PLAIN_LORA = {
    "use_dora": "DoRA also scales each weight's columns",
    "use_qalora": "QA-LoRA pools its inputs",
    "lora_bias": "it has biases of its own",
    "modules_to_save": "it replaces whole modules",
    "trainable_token_indices": "it changes tokens' embeddings",
    "target_parameters": "it changes parameters that are no module's weight",
    "layer_replication": "it repeats layers",
    "use_bdlora": "its matrices are block-diagonal",
    "arrow_config": "it routes between adapters",
    "kasa_config": "it changes the singular values of the base",
    "alora_invocation_tokens": "it waits for certain tokens",
    "monteclora_config": "it samples its weights",
    "velora_config": "it projects its inputs",
}
BASE_CHANGING_STARTS = (
    "pissa",
    "olora",
    "corda",
    "loftq",
    "lora_ga",
)  # initialisations that change the base's own weights


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFolder:
    """What a folder says of its adapter. `tensors` are by name in the file; `warnings` do no harm."""

    path: Path
    kind: str  # PEFT's name for it, or BOTTLENECK
    title: str  # people's
    config: Mapping[str, Any]
    tensors: Mapping[str, StoredTensor]
    rank: int | None
    size: int
    why_merged: str = ""  # what keeps it from sharing a batch, empty if nothing does
    warnings: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        return sum(stored.numbers for stored in self.tensors.values())

    @property
    def targets(self) -> tuple[str, ...]:
        """The modules it changes, as its config names them; virtual tokens change none."""
        named = self.config.get("target_modules") or ()
        return (named,) if isinstance(named, str) else tuple(sorted(map(str, named)))

    @property
    def trained_tokens(self) -> tuple[int, ...]:
        """Some of the tokens whose embeddings it changes: on all others it may have no effect."""
        tokens: list[Any] = []
        for named in (self.config.get("token_indices"), self.config.get("trainable_token_indices")):
            for some in named.values() if isinstance(named, Mapping) else [named]:
                tokens += some if isinstance(some, list) else []
        return tuple(token for token in tokens if isinstance(token, int))[:16]


def read_adapter(folder: Path, base_source: str) -> AdapterFolder:
    """Read config and header, no tensor. Raises ModelUnavailable naming the file and what is wrong with it."""
    if not (folder / CONFIG).is_file():
        raise ModelUnavailable(f"{folder} holds no adapter: there is no {CONFIG} in it.")
    config = read_json(folder / CONFIG)
    if not (folder / WEIGHTS).is_file():
        refuse_pickles(folder)
        raise ModelUnavailable(f"{folder} holds no {WEIGHTS}, so there are no weights to load.")
    check_size(folder / WEIGHTS, size := (folder / WEIGHTS).stat().st_size)
    tensors = read_header(folder / WEIGHTS)
    kind = str(config.get("peft_type", ""))
    if (task := config.get("task_type")) not in (None, "CAUSAL_LM"):
        raise ModelUnavailable(
            f"{folder / CONFIG}: the adapter is for the task {task!a}; language models take CAUSAL_LM."
        )
    rank = config.get("target_r" if kind == "ADALORA" else "r")
    adapter = AdapterFolder(
        path=folder,
        kind=kind,
        title=_title(kind, config),
        config=config,
        tensors=tensors,
        rank=rank if isinstance(rank, int) and rank > 0 and kind not in VIRTUAL_TOKEN_KINDS else None,
        size=size,
        why_merged="" if kind in {*VIRTUAL_TOKEN_KINDS, BOTTLENECK} else _why_merged(kind, config, tensors),
        warnings=(*_warn_of_other_base(config, base_source), *adapter_settings.warn_of_unknown(kind, config)),
    )
    if kind == "LORA":
        _check_ranks(adapter)
    return adapter


def check_size(what: Path | str, size: int) -> None:
    """Raises ModelUnavailable for a file of weights that is too large for an adapter."""
    if size > MAX_BYTES:
        raise ModelUnavailable(
            f"{what} is {format_bytes(size)} large; {format_bytes(MAX_BYTES)} is the most for an adapter."
        )


def module_path(name: str) -> str:
    """The path in the base of the module that a tensor of a LoRA belongs to."""
    return name.removeprefix(PEFT_PREFIX).partition(".lora_")[0]


def _why_merged(kind: str, config: Mapping[str, Any], tensors: Mapping[str, StoredTensor]) -> str:
    if kind != "LORA":
        return f"{_title(kind, config)} changes weights in a way that is not a product of two small matrices"
    if reason := next((why for key, why in BEYOND_PLAIN_LORA.items() if config.get(key)), ""):
        return reason
    if config.get("bias", "none") != "none":
        return "it changes the base's biases"
    if other := adapter_settings.beyond_plain(config, BEYOND_PLAIN_LORA):
        return f"it has a setting that only PEFT follows ({other[0]})"
    if any(not name.endswith((".lora_A.weight", ".lora_B.weight")) for name in tensors):
        return "it holds tensors besides the two matrices of a plain LoRA"
    return ""


def _title(kind: str, config: Mapping[str, Any]) -> str:
    if kind == "LORA":
        return "DoRA" if config.get("use_dora") else "rsLoRA" if config.get("use_rslora") else "LoRA"
    return TITLES.get(kind, kind.replace("_", " "))


def rank_of(config: Mapping[str, Any], path: str) -> int:
    return int(pattern_value(config, "rank_pattern", path, config.get("r", 8)))


def pattern_value(config: Mapping[str, Any], name: str, path: str, otherwise: Any) -> Any:
    from peft.utils.other import get_pattern_key  # peft takes a second to import: not before an adapter is loaded

    patterns = config.get(name) or {}
    return patterns.get(get_pattern_key(patterns.keys(), path), otherwise)


def _check_ranks(folder: AdapterFolder) -> None:
    config = folder.config
    patterns = [config.get(name) or {} for name in ("rank_pattern", "alpha_pattern")]
    if not all(isinstance(p, Mapping) for p in patterns):
        raise ModelUnavailable(f"{folder.path / CONFIG}: rank_pattern and alpha_pattern must be JSON objects.")
    numbers = [config.get("r", 8), config.get("lora_alpha", 8), *(n for p in patterns for n in p.values())]
    if not all(isinstance(n, (int, float)) and 0 < n < 1e6 for n in numbers):
        raise ModelUnavailable(f"{folder.path / CONFIG}: ranks and alphas must be numbers above 0.")
    for key, stored in folder.tensors.items():
        if key.endswith(".lora_B.weight") and key.replace(".lora_B.", ".lora_A.") not in folder.tensors:
            raise ModelUnavailable(f"{folder.path / WEIGHTS}: {key} is not one of two matrices of a LoRA.")
        if not key.endswith(".lora_A.weight"):
            continue
        rank = rank_of(folder.config, module_path(key))
        other = folder.tensors.get(key.replace(".lora_A.", ".lora_B."))
        if other is None or len(stored.shape) != 2 or len(other.shape) != 2:
            raise ModelUnavailable(f"{folder.path / WEIGHTS}: {key} is not one of two matrices of a LoRA.")
        if not rank == stored.shape[0] == other.shape[1]:
            raise ModelUnavailable(
                f"{folder.path / CONFIG} says rank {rank} for {module_path(key)}; its matrices in {WEIGHTS} have rank "
                f"{stored.shape[0]} and {other.shape[1]}."
            )
    if (start := folder.config.get("init_lora_weights")) and str(start).lower().startswith(BASE_CHANGING_STARTS):
        raise ModelUnavailable(
            f"{folder.path / CONFIG}: the adapter was trained on weights altered by {start}, not on the base as it is; "
            "save it again converted to plain LoRA (`path_initial_model_for_weight_conversion` in PEFT)."
        )


def _warn_of_other_base(config: Mapping[str, Any], base_source: str) -> tuple[str, ...]:
    """A word if the adapter names another base; names change with every copy, so shapes decide."""
    named = str(config.get("base_model_name_or_path") or "")
    if (
        not named
        or not base_source
        or named.rstrip("/").rpartition("/")[2] == base_source.rstrip("/").rpartition("/")[2]
    ):
        return ()
    return (f"It names {named[:200]} as its base, and was loaded on {base_source}; the shapes fit.",)
