"""Inspects a model's files to see what it is and whether it can be loaded, before a tensor is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from playground.backends.local.files.headers import (
    StoredTensor,
    most_common_type,
    read_header,
    read_json,
    refuse_pickles,
    weight_files,
)
from playground.errors import ModelUnavailable

# The end of an architecture's name -> what such a model does, as in Capabilities.task.
TASKS = {
    "ForCausalLM": "",
    "LMHeadModel": "",
    "ForSequenceClassification": "classification",
    "ForTokenClassification": "token_classification",
    "ForQuestionAnswering": "question_answering",
    "ForConditionalGeneration": "text_to_text",
}
KERNEL = re.compile(r"attn_implementation|experts_implementation")
WEIGHTS = re.compile(r"(^|\.)transformers_weights$")
INPUT, OUTPUT = "token_embd.weight", "output.weight"  # as GGUF names them
FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A model on disk. `tensors` are those of its files by name; `stored` is the type of most of its numbers."""

    folder: Path
    gguf: str  # the file in the folder, empty for safetensors
    architecture: str
    task: str
    parameters: int
    stored: str
    size: int  # bytes of the files of weights
    licence: str


def inspect(folder: Path, gguf: str = "") -> Inspection:
    """Raises ModelUnavailable naming the file and what is wrong with it."""
    if (folder / "adapter_config.json").is_file():
        if not gguf and not (folder / "config.json").is_file():
            raise ModelUnavailable(f"{folder} holds an adapter, not a model; load its base, then the adapter for it.")
        # transformers would put the adapter into the model as it reads it, and the base would not be the base
        raise ModelUnavailable(
            f"{folder} holds an adapter (adapter_config.json) beside the model; give each a folder of its own."
        )
    if gguf:
        return _inspect_gguf(folder, gguf)
    if not (folder / "config.json").is_file():
        refuse_pickles(folder)
        raise ModelUnavailable(f"{folder} holds no model: there is no config.json in it.")
    architecture, task = check_config(read_json(folder / "config.json"), folder / "config.json")
    files = weight_files(folder)
    tensors: dict[str, StoredTensor] = {}
    for path in files:
        tensors |= read_header(path)
    return Inspection(
        folder=folder,
        gguf="",
        architecture=architecture,
        task=task,
        parameters=sum(stored.numbers for stored in tensors.values()),
        stored=most_common_type(tensors),
        size=sum(path.stat().st_size for path in files),
        licence=licence(folder),
    )


def check_config(config: Mapping[str, Any], path: Path | str) -> tuple[str, str]:
    """Architecture and task. Raises ModelUnavailable for one that cannot be run, or that asks for foreign code."""
    from playground.backends.local.transformers_internals import CONFIG_MAPPING_NAMES

    for key, value in _nested_items(config):
        if KERNEL.search(key) and isinstance(value, str) and not value.replace("_", "").isalnum():
            raise ModelUnavailable(f"{path} asks for code from elsewhere (`{key}`: {value[:80]!a}), which is not run.")
        if WEIGHTS.search(key):
            raise ModelUnavailable(f"{path} names a file of weights itself (`{key}`); only model.safetensors is read.")
    if quantised := config.get("quantization_config"):
        kind = quantised.get("quant_method", "unknown") if isinstance(quantised, Mapping) else "unknown"
        raise ModelUnavailable(
            f"{path}: the weights are quantised ({kind}), which needs a library of its own. Choose the same model "
            "unquantised, or as GGUF."
        )
    kind = str(config.get("model_type"))
    if kind not in CONFIG_MAPPING_NAMES:
        own = " and brings code of its own, which is not run" if config.get("auto_map") else ""
        raise ModelUnavailable(f"{path}: the architecture {kind!a} is not known to transformers{own}.")
    named = config.get("architectures") or []
    architecture = str(named[0]) if isinstance(named, list) and named else _language_model_class(kind)
    task = next((task for end, task in TASKS.items() if architecture.endswith(end)), None)
    if task is None or (task == "text_to_text" and not config.get("is_encoder_decoder")):
        raise ModelUnavailable(f"{path}: a {architecture or kind} answers no text; language models and task models do.")
    return architecture, task


def licence(folder: Path) -> str:
    """As the front matter of the model card states it."""
    card = folder / "README.md"
    try:
        front = FRONT_MATTER.match(card.read_text("utf-8", errors="replace")[:20_000]) if card.is_file() else None
        data = yaml.safe_load(front[1]) if front else None
    except (OSError, ValueError, yaml.YAMLError):  # a date that is none is a ValueError
        return ""  # nobody is kept from a model because its card cannot be read
    stated = data.get("license") if isinstance(data, Mapping) else ""
    return stated[:100] if isinstance(stated, str) else ""


def _inspect_gguf(folder: Path, name: str) -> Inspection:
    from gguf import GGUFReader

    from playground.backends.local.transformers_internals import GGUF_SUPPORTED_ARCHITECTURES

    path = folder / name
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read", error) from None
    if magic != b"GGUF":
        raise ModelUnavailable(f"{path} is no GGUF file: it does not begin with GGUF.")
    try:
        reader = GGUFReader(path)
    except (ValueError, IndexError, KeyError, OSError, UnicodeDecodeError) as error:
        raise ModelUnavailable(f"{path} is truncated or damaged", error) from None
    fields = {
        key: reader.fields[key].contents()
        for key in ("general.architecture", "general.license")
        if key in reader.fields
    }
    architecture = str(fields.get("general.architecture", ""))
    if architecture not in GGUF_SUPPORTED_ARCHITECTURES:
        raise ModelUnavailable(f"{path}: the architecture {architecture!a} cannot be read from GGUF by transformers.")
    kinds: dict[str, int] = {}
    tied = _has_tied_embeddings({tensor.name: tensor for tensor in reader.tensors})
    for tensor in reader.tensors:
        if tied and tensor.name == OUTPUT:
            continue
        kinds[tensor.tensor_type.name] = kinds.get(tensor.tensor_type.name, 0) + int(tensor.n_elements)
    return Inspection(
        folder=folder,
        gguf=name,
        architecture=architecture,
        task="",
        parameters=sum(kinds.values()),
        stored=max(kinds, key=lambda kind: kinds[kind], default=""),
        size=path.stat().st_size,
        licence=str(fields.get("general.license", "")),
    )


def _has_tied_embeddings(tensors: Mapping[str, Any]) -> bool:
    """Whether input and output are one matrix stored twice, which is kept once (`loading.tie`)."""
    first, last = tensors.get(INPUT), tensors.get(OUTPUT)
    if first is None or last is None or (first.tensor_type, *first.shape) != (last.tensor_type, *last.shape):
        return False
    return bool((first.data == last.data).all())


def _language_model_class(kind: str) -> str:
    from playground.backends.local.transformers_internals import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    return str(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(kind, ""))


def _nested_items(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys, with those around them before a dot, and values, at any depth."""
    for key, value in config.items():
        yield str(key), value
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", found) for inner, found in _nested_items(value))
