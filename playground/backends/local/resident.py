"""Memory that is given back to the system: hints, which change no number and are left out where there are none."""

import ctypes
import mmap
import sys
from collections.abc import Iterable

from torch import Tensor

PAGEOUT = 21  # MADV_PAGEOUT, Linux 5.4


def page_out(tensors: Iterable[Tensor]) -> None:
    """Tell the system that these will hardly be read: pages of a mapped file leave memory until they are."""
    if sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    for tensor in tensors:
        if tensor.device.type == "cpu":
            start = -(-tensor.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
            end = (tensor.data_ptr() + tensor.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
            if start < end:  # a kernel that does not know the hint answers with an error, and nothing is lost
                advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), PAGEOUT)


def trim() -> None:
    """Return what was freed; glibc keeps it for later otherwise."""
    if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)
