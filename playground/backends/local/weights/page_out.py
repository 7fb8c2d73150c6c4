"""Gives pages of weights that are no longer read back to the system."""

import ctypes
import mmap
import re
from collections.abc import Iterable
from pathlib import Path

from torch import Tensor

SMAPS = Path("/proc/self/smaps")  # Linux; elsewhere everything stays where it is
DONTNEED = 4  # MADV_DONTNEED
MAPPING = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ (\d+).*?^Anonymous: +(\d+) kB.*?^Swap: +(\d+) kB", re.MULTILINE | re.DOTALL
)


def page_out(tensors: Iterable[Tensor]) -> None:
    """Forget the pages of tensors that lie in a mapped file: whoever needs them reads them from the file again.

    Tensors elsewhere are left alone, and so are files mapped and then changed, whose changes would be lost.
    """
    if not SMAPS.exists():
        return
    unchanged = [
        (int(low, 16), int(high, 16))
        for low, high, inode, *own in MAPPING.findall(SMAPS.read_text())
        if inode != "0" and own == ["0", "0"]
    ]
    advise = ctypes.CDLL(None).madvise
    for tensor in tensors:
        start = -(-tensor.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (tensor.data_ptr() + tensor.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
        if start < end and any(low <= start and end <= high for low, high in unchanged):
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONTNEED)
