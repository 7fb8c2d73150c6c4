"""Reads the headers of weight files without loading a tensor."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from playground.errors import ModelUnavailable

INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.h5", "*.msgpack")
TYPE_NAMES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor as it lies in a file."""

    shape: tuple[int, ...]
    kind: str

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)


def read_json(path: Path) -> Mapping[str, Any]:
    """An object from a JSON file. Raises ModelUnavailable naming the file."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnavailable(f"{path} cannot be read", error) from None
    if not isinstance(data, Mapping):
        raise ModelUnavailable(f"{path} is not a JSON object.")
    return data


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files of a model's folder, one before many as transformers reads them.

    Raises ModelUnavailable when there are none, or one is missing.
    """
    if (folder / "model.safetensors").is_file():
        return (folder / "model.safetensors",)
    if (folder / INDEX).is_file():
        weight_map = read_json(folder / INDEX).get("weight_map")
        names = sorted(set(map(str, weight_map.values()))) if isinstance(weight_map, Mapping) else []
        if not names:
            raise ModelUnavailable(f"{folder / INDEX} names no files of weights.")
        for name in names:
            if Path(name).name != name or not (folder / name).is_file():
                raise ModelUnavailable(f"{folder / INDEX} names {name}, which is not in that folder.")
        return tuple(folder / name for name in names)
    if not any(folder.glob("*.safetensors")):
        refuse_pickles(folder)
    raise ModelUnavailable(f"{folder} holds no model.safetensors, so there are no weights to load.")


def refuse_pickles(folder: Path) -> None:
    """Raises ModelUnavailable naming a file of weights that could run code, if there is one."""
    pickles = sorted(
        path.name for pattern in PICKLES for path in folder.glob(pattern) if path.name != "training_args.bin"
    )
    if pickles:
        raise ModelUnavailable(
            f"{folder} holds {pickles[0]} but no *.safetensors; such files can run code when they are read and are "
            "refused. Save the weights again as safetensors."
        )


def read_header(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a safetensors file. Raises ModelUnavailable unless the file is whole and consistent."""
    try:
        with safe_open(path, "numpy") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
            return {name: StoredTensor(tuple(part.get_shape()), part.get_dtype()) for name, part in slices.items()}
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(f"{path} is truncated or no safetensors file", error) from None


def most_common_type(tensors: Mapping[str, StoredTensor]) -> str:
    """The type that most of the numbers have."""
    numbers: dict[str, int] = {}
    for stored in tensors.values():
        numbers[stored.kind] = numbers.get(stored.kind, 0) + stored.numbers
    most = max(numbers, key=lambda kind: numbers[kind], default="")
    return TYPE_NAMES.get(most, most.lower())
