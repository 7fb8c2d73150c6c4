"""Giving memory back changes no number."""

from pathlib import Path

import torch

from playground.backends.local.resident import page_out, trim


def test_what_was_paged_out_reads_the_same(tmp_path: Path) -> None:
    values = torch.arange(100_000, dtype=torch.float32)
    (tmp_path / "weights").write_bytes(values.numpy().tobytes())
    mapped = torch.from_file(str(tmp_path / "weights"), size=len(values), dtype=torch.float32)
    own, tiny = values.clone(), values[:3].clone()
    assert torch.equal(mapped, values)
    page_out([mapped, own, tiny, torch.empty(0)])
    trim()
    assert torch.equal(mapped, values)
    assert torch.equal(own, values)
    assert torch.equal(tiny, values[:3])
