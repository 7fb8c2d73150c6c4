"""A stand-in for the `spaces` package of a Space on ZeroGPU: torch claims a GPU, and what asks for it is written down.

As the real one does, it changes torch when it is imported, and any use of the GPU in this process is an error.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch


def _no_gpu_here(*_: Any, **__: Any) -> None:
    raise RuntimeError("CUDA was asked for in the main process of a Space on ZeroGPU")


torch.cuda.is_available = lambda: True
torch.cuda.device_count = lambda: 1
torch.cuda.current_device = lambda: 0
torch.cuda.mem_get_info = _no_gpu_here
torch._C._cuda_init = _no_gpu_here  # type: ignore[attr-defined]
torch.accelerator.is_available = lambda: True
torch.accelerator.current_accelerator = lambda *_, **__: torch.device("cuda")


def GPU(duration: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(task: Callable[..., Any]) -> Callable[..., Any]:
        with Path(os.environ["DECORATED"]).open("a") as log:
            log.write(f"{task.__name__} {duration}\n")
        return task

    return decorate
