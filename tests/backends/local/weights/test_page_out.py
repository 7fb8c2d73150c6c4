"""Giving memory back changes no number."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from playground.backends.local.weights.page_out import MAPPING, SMAPS, page_out
from playground.backends.memory import return_freed_memory


def resident(tensor: torch.Tensor) -> int:
    """Kilobytes in memory of the mapping that a tensor lies in."""
    for text in SMAPS.read_text().split("VmFlags"):
        if (found := MAPPING.search(text)) and int(found[1], 16) <= tensor.data_ptr() < int(found[2], 16):
            return int(text.split("Rss:")[1].split()[0])
    return 0


@pytest.mark.skipif(not SMAPS.exists(), reason="only Linux tells what is in memory")
def test_pages_of_a_mapped_file_leave_memory_and_read_the_same(tmp_path: Path) -> None:
    values = torch.arange(1_000_000, dtype=torch.float32)
    save_file({"values": values}, tmp_path / "model.safetensors")
    mapped = load_file(tmp_path / "model.safetensors")["values"]
    own, tiny = values.clone(), values[:3].clone()
    assert torch.equal(mapped, values)
    before = resident(mapped)
    page_out([mapped, own, tiny, torch.empty(0)])
    assert resident(mapped) < before / 2
    return_freed_memory()
    assert torch.equal(mapped, values)
    assert torch.equal(own, values)
    assert torch.equal(tiny, values[:3])


def test_what_was_changed_stays(tmp_path: Path) -> None:
    values = torch.arange(100_000, dtype=torch.float32)
    (tmp_path / "weights").write_bytes(values.numpy().tobytes())
    mapped = torch.from_file(str(tmp_path / "weights"), shared=False, size=len(values), dtype=torch.float32)
    mapped[50_000] = -1
    page_out([mapped])
    assert mapped[50_000] == -1
