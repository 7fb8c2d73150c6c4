"""Runs cells on other machines, in the threads of a Dask cluster's workers.

A worker runs whatever code its scheduler sends it, and anyone who reaches the scheduler can send some: a cluster
belongs on a network of trusted machines, or behind `tls://` with certificates that Dask is set up with.
"""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from playground.backends.entries import EntryKey
from playground.errors import EndpointFailed, NotSupported
from playground.evaluation.running.cells import AskResult
from playground.evaluation.running.same_code import differences, digest

if TYPE_CHECKING:
    from distributed import Client

CONNECT_TIMEOUT = 20  # seconds for a scheduler to answer
SAMPLES_PER_THREAD = (
    4  # samples on their way for each thread: a cell may draw several, and no worker waits for its next cell
)
SAME = "Start it in the folder of app.py, with the same version, packages, weights and PLAYGROUND_* variables as here."
DIFFERS = (
    "The worker {} would answer otherwise, and its answers would be stored as if they were from here: it differs in "
    f"{{}}. {SAME}"
)
HOW_TO_START = "Start one with `dask scheduler`, and workers with `dask worker ADDRESS --nworkers 1 --nthreads 16`."


class Cluster(Executor):
    """Submits to a Dask cluster. What runs on a worker that is lost runs again on another, or on one that joins later.

    `parallel` is how many samples to have on their way, for the threads there are now.
    """

    def __init__(self, client: "Client", models: tuple[EntryKey, ...], common: dict[str, str]) -> None:
        # Not `pure`: a cell that is asked again is asked again, whatever the cluster remembers.
        self._client, self._places = client, client.get_executor(pure=False)
        self._models, self._common = models, common
        self.parallel = SAMPLES_PER_THREAD * sum(client.nthreads().values())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """The future of `fn(*args, **kwargs)` on a worker, all of it pickled.

        Of a cell whose every worker was lost an error in words is the result; with the scheduler goes the executor.
        """
        ours: Future[Any] = Future()
        theirs = self._places.submit(_run_if_same, self._models, self._common, fn, *args, **kwargs)
        ours.add_done_callback(partial(_cancel_remote, theirs))
        theirs.add_done_callback(partial(_copy_result, ours, self._client))
        return ours

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._places.shutdown(wait=wait and not cancel_futures)


@contextmanager
def connect_cluster(address: str, models: tuple[EntryKey, ...] = ()) -> Iterator[Cluster]:
    """The workers of the Dask scheduler at an address such as `tcp://127.0.0.1:8786`.

    Leaving the block cancels what has not begun; what a worker has begun it ends, for nobody. Raises NotSupported
    without `distributed`, EndpointFailed when nothing answers there, or nobody works there, or not with this code and
    the weights of these `models`.
    """
    with _client(address) as client:
        cluster = Cluster(client, models, _check(client, address, models))
        try:
            yield cluster
        finally:
            cluster.shutdown(wait=False)


def _client(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        message = (
            "A cluster needs the package distributed, here and on its workers: pip install 'distributed==2026.8.*'."
        )
        raise NotSupported(message) from None
    try:
        return Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # OSError: nothing there, or too slow; the others: no address
        why = str(error)
    # The client that came to nothing stops its thread when it is collected, under a lock that the start of another one
    # holds: better now, and without an error that keeps it.
    gc.collect()
    raise EndpointFailed(f"No Dask scheduler answers at {address!a}: {why}. {HOW_TO_START}")


def _check(client: "Client", address: str, models: tuple[EntryKey, ...]) -> dict[str, str]:
    """Somebody works there, and all have the playground at hand: the scheduler, too, unpacks what it passes on.

    Gives what all of them have in common.
    """
    try:
        client.run_on_scheduler(_importable)
    except Exception as error:  # whatever reading the message raised there
        raise EndpointFailed(
            f"The Dask scheduler at {address!a} cannot read what it is sent: {error}. {SAME}"
        ) from error
    if not client.nthreads():
        raise EndpointFailed(f"The Dask scheduler at {address!a} has no workers. {HOW_TO_START}")
    ours = digest(models)
    for worker, answer in client.run(digest, models, on_error="return").items():
        if isinstance(answer, BaseException):
            raise EndpointFailed(f"The worker {worker} cannot run the playground: {answer}. {SAME}")
        if other := differences(ours, answer):
            raise EndpointFailed(DIFFERS.format(worker, ", ".join(other)))
    return ours


def _run_if_same(
    models: tuple[EntryKey, ...], common: dict[str, str], fn: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """On a worker, which may have joined after the others were looked at: an error in words where it differs."""
    if other := differences(common, _digest_here(models)):
        return AskResult(error=DIFFERS.format(_name_here(), ", ".join(other)))
    return fn(*args, **kwargs)


@cache
def _digest_here(models: tuple[EntryKey, ...]) -> dict[str, str]:
    return digest(models)


def _name_here() -> str:
    from distributed import get_worker

    return str(get_worker().address)


def _importable() -> None:
    """On the scheduler, where finding this function shows that the playground is there."""


def _cancel_remote(theirs: "Future[Any]", ours: "Future[Any]") -> None:
    if ours.cancelled():
        theirs.cancel()


def _copy_result(ours: "Future[Any]", client: "Client", theirs: "Future[Any]") -> None:
    """Pass on how a future of the cluster ended."""
    from distributed import KilledWorker

    if not ours.set_running_or_notify_cancel():
        return
    lost = BrokenExecutor("The scheduler of the cluster was lost.")
    if theirs.cancelled():
        ours.set_exception(lost)
    elif isinstance(error := theirs.exception(), KilledWorker):
        tried = error.allowed_failures + 1
        ours.set_result(
            AskResult(error=f"Its worker was lost each time it was asked ({tried}); see the workers' logs.")
        )
    elif error and client.status != "running":  # what was on its way then may end in any error of the library's own
        ours.set_exception(lost)
    elif error:
        ours.set_exception(error)
    else:
        ours.set_result(theirs.result())
