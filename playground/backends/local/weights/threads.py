"""OpenMP thread counts: only threads that ask for it multiply with all cores.

The OpenMP library under torch gives every thread that multiplies helpers of its own. Once there are more of them in
the process than cores, they no longer wait awake between two products, and a decode step, which has hundreds, takes
half as long again: 58 ms become 90 on two cores. So only threads that ask for it get helpers, and they end when they
have nothing to do, for their helpers end with them.
"""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T")


@functools.cache
def all_threads() -> int:
    """As many as torch was given at the start, whatever some thread was given since."""
    return torch.get_num_threads()


def set_threads_here(count: int) -> None:
    """Give this thread's products so many threads. Threads that start from now on have one, until they ask for more.

    What torch sets is also what threads yet to start begin with: for them another thread sets it back.
    """
    all_threads()
    torch.get_num_threads()  # the first such call in a thread gives it what new threads get; let that be over
    torch.set_num_threads(count)
    others = threading.Thread(target=torch.set_num_threads, args=(1,))
    others.start()
    others.join()


def with_all_threads(work: Callable[[], T]) -> T:
    """`work()`, in a thread with helpers that ends with it."""
    with ThreadPoolExecutor(1, "all cores", set_threads_here, (all_threads(),)) as own:
        return own.submit(work).result()
