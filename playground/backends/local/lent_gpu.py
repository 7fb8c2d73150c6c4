"""Describes the GPU that a Hugging Face Space lends for a moment."""

from typing import Any

import torch


def describe_gpu() -> dict[str, Any]:
    """Its name, and its memory in bytes. Raises RuntimeError where there is none."""
    return {"name": torch.cuda.get_device_name(), "bytes": torch.cuda.get_device_properties(0).total_memory}
