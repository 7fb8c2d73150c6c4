"""The decode loop: one thread per model, whose running batch requests join and leave at any step."""

import atexit
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, cast

import torch

from playground.backends.local.adapters.adapter_registry import AdapterRegistry
from playground.backends.local.engine import admission
from playground.backends.local.engine.batch import Batch, DrawnToken, SampleRow, accept_tokens, draw_first
from playground.backends.local.engine.kv_budget import KVBudget
from playground.backends.local.engine.prefill import Prefill, prefill_queue
from playground.backends.local.engine.ticket import FAILED, EngineStream, EngineTask, Ticket, fail_all, isolate_failure
from playground.backends.local.engine.vocabulary import Vocabulary
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import PrefixCache
from playground.backends.local.weights.threads import all_threads, set_threads_here
from playground.errors import GenerationFailed, LimitReached

log = logging.getLogger(__name__)

CHUNK, CHUNK_ALONE = 128, 512  # prompt tokens per step, with others decoding and without
PATIENCE = 1.0  # seconds after which whoever waits for a snapshot looks whether the thread still lives
IDLE = 1.0  # seconds with nothing to do after which the thread ends


class Engine:
    """Decodes all requests for one model. `submit` and `between_steps` may be called from any thread."""

    def __init__(
        self, decoder: Decoder, vocabulary: Vocabulary, adapters: AdapterRegistry, limits: admission.EngineLimits
    ) -> None:
        self.decoder, self.vocabulary, self.adapters = decoder, vocabulary, adapters
        self.admission = admission.Admission(limits, decoder.layout.bytes_per_token)
        self.prefixes = PrefixCache()
        self.prefill = Prefill(decoder, adapters, self.prefixes)
        self._changed = threading.Condition()
        self._arrivals: list[Ticket] = []
        self._engine_tasks: list[EngineTask] = []
        self._closing = False
        self._thread: threading.Thread | None = None
        # Below: only the engine's thread.
        self._tickets: list[Ticket] = []  # every request not over, in order of arrival
        self._batches: dict[admission.LengthGroup, Batch] = {}
        self._kv_budget = KVBudget(self.admission, self.prefixes, self._batches)
        self._prefill_rounds = 0

    # ------------------------------------------------------------------------------ from any thread
    def submit(self, ticket: Ticket) -> EngineStream:
        """Queue the request now. A full queue, or a request too large for it, is an error while iterating."""
        with self._changed:
            if self._closing:
                ticket.end(GenerationFailed("The model was unloaded."))
            elif reason := self.admission.refusal_reason(ticket, self._tickets + self._arrivals):
                ticket.end(LimitReached(reason))
            else:
                self._wake()
                self._arrivals.append(ticket)
        return EngineStream(ticket)

    def between_steps(self, work: Callable[[], Any]) -> "Future[Any]":
        """Do `work` on the engine's thread while no forward pass runs; after `close` its error is the result."""
        task = EngineTask(work)
        with self._changed:
            if self._closing:
                task.result.set_exception(GenerationFailed("The model was unloaded."))
            else:
                self._wake()
                self._engine_tasks.append(task)
        return task.result

    def stats(self) -> admission.EngineStats:
        """A snapshot between two steps."""
        if self._closing:
            self.close()  # until that is done the rows are the thread's
            return self._snapshot()
        snapshot = self.between_steps(self._snapshot)
        while not wait([snapshot], PATIENCE).done:
            with self._changed:
                self._wake()  # a thread that died meanwhile is replaced
        return cast(admission.EngineStats, snapshot.result())

    def close(self) -> None:
        """End every request with GenerationFailed, stop the thread and free the memory."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if (thread := self._thread) is not None:
            thread.join()
        atexit.unregister(self.close)
        with self._changed:  # two may close at once
            for ticket in [*self._tickets, *self._arrivals]:
                ticket.end(GenerationFailed("The model was unloaded while it was answering."))
            self._tickets = []
            self._batches.clear()
            self.prefixes.shrink(0)

    def _wake(self) -> None:
        """Have the thread look once `_changed` is free. Raises RuntimeError where no thread can be started."""
        if self._thread is None or not self._thread.is_alive():
            thread = threading.Thread(target=self._work, name="decode", daemon=True)
            thread.start()
            self._thread = thread  # only now: for one that did not start everybody would wait for ever
            atexit.register(self.close)  # a thread inside torch while the interpreter goes down would abort it
        self._changed.notify()

    # ------------------------------------------------------------------------------ the engine's thread
    def _work(self) -> None:
        try:
            set_threads_here(all_threads())
            with torch.inference_mode():
                while self._collect():
                    try:
                        self._step()
                    except BaseException as error:  # SystemExit of a library too: others wait for this thread
                        log.exception("The decode loop failed.")
                        fail_all(self._tickets, error)
                        self._batches.clear()
        except BaseException as error:
            log.exception("The decode thread ended; the next request starts another.")
            with self._changed:
                self._thread = None
                self._tickets, self._arrivals = self._tickets + self._arrivals, []
                fail_all(self._tickets, error)
                self._batches.clear()
                tasks, self._engine_tasks = self._engine_tasks, []
            for task in tasks:
                task.result.set_exception(GenerationFailed(FAILED))

    def _collect(self) -> bool:
        """Take in what arrived, sleeping while there is nothing at all to do. False when the thread is to end."""
        with self._changed:
            if not self._changed.wait_for(self._has_work, IDLE):
                self._thread = None
                atexit.unregister(self.close)
                return False
            tasks, self._engine_tasks = self._engine_tasks, []
            closing = self._closing  # as it is now: who gives a task until then waits for its result
            if not closing:
                for ticket in self._arrivals:  # before a prompt that was just worked on, but not for ever
                    ticket.prefill_round = self._prefill_rounds - 1
                self._tickets, self._arrivals = self._tickets + self._arrivals, []
        for task in tasks:
            task.run()
        return not closing

    def _has_work(self) -> bool:
        return bool(self._tickets or self._arrivals or self._engine_tasks or self._closing)

    def _step(self) -> None:
        self._drop_ended()
        self._admit()
        self._read_prompts()
        for batch in self._batches.values():
            if not batch.rows:  # all that joined it ended with their first token
                continue
            try:
                draws = batch.step()
            except Exception as error:
                log.exception("A decode step failed.")
                fail_all([row.ticket for row in batch.rows], error)
            else:
                self._deliver(batch, batch.rows, draws)

    def _drop_ended(self) -> None:
        for ticket in self._tickets:
            if ticket.is_cancelled:
                ticket.end()
            elif reason := self.admission.overdue_reason(ticket):
                ticket.end(LimitReached(reason))
        for key, batch in list(self._batches.items()):
            batch.remove_ended()
            if not batch.rows:
                del self._batches[key]
        self._tickets = [ticket for ticket in self._tickets if not ticket.has_ended]

    def _admit(self) -> None:
        """Give places while there are any, in turn between the visitors, and between the requests of each."""
        while (ticket := admission.next_in_line(self._tickets)) and self._kv_budget.has_place(ticket, self._tickets):
            ticket.admitted_count += 1
            if ticket.next_logits is not None:
                with isolate_failure(ticket):
                    self._start(ticket)
        for ahead, ticket in enumerate(admission.waiting_order(self._tickets)):
            ticket.send_queue_position(ahead)

    def _read_prompts(self) -> None:
        """Compute some tokens of the prompts under way, in turn, so that neither they nor the rows wait long."""
        tokens = CHUNK if self._batches else CHUNK_ALONE
        while tokens > 0 and (chosen := self.prefill.choose(prefill_queue(self._tickets), tokens, self._tickets)):
            self._prefill_rounds += 1
            for ticket in chosen:
                ticket.prefill_round = self._prefill_rounds
            try:
                tokens -= self.prefill.advance(chosen, tokens)
            except Exception as error:
                log.exception("Reading prompts failed.")
                fail_all(chosen, error)
            self._kv_budget.trim(self._tickets)
            for ticket in chosen:
                if (prompt := ticket.complete_prompt) is not None:
                    with isolate_failure(ticket):
                        self._kv_budget.remember(prompt, self._tickets)
                        self._start(ticket)

    def _start(self, ticket: Ticket) -> None:
        """Draw the first tokens of the samples that have a place, and put them into the batch."""
        prompt, next_logits = ticket.prompt, ticket.next_logits
        if not ticket.sample_count:
            ticket.send([] if next_logits is None else [next_logits.logits.clone()])
            ticket.end()
            return
        assert prompt is not None
        assert next_logits is not None
        rows, draws = draw_first(ticket, self.vocabulary, next_logits)
        batch = self._batches.setdefault(admission.length_group(ticket), Batch(self.decoder, self.adapters))
        batch.add(rows, prompt.cache)
        ticket.started_count = ticket.admitted_count
        if ticket.started_count == ticket.sample_count:
            ticket.prompt = ticket.next_logits = None
        self._deliver(batch, rows, draws)

    def _deliver(self, batch: Batch, rows: list[SampleRow], draws: list[DrawnToken | Exception]) -> None:
        """Tell every request what its rows drew; end the rows and requests that are done."""
        deltas_by_ticket = accept_tokens(rows, draws)
        for row in rows:
            if row.done:
                row.ticket.finished_count += 1
                if row.ticket.sample_count == 1 and not row.ticket.has_ended:  # a conversation may go on from here
                    with isolate_failure(row.ticket):
                        self._kv_budget.remember(batch.cached_prefix(row), self._tickets)
        batch.remove_ended()
        for ticket, deltas in deltas_by_ticket.items():
            ticket.send(deltas)
            if ticket.finished_count == ticket.sample_count:
                ticket.end()

    def is_adapter_in_use(self, adapter: str) -> bool:
        """Whether a request that is not over uses an adapter; to be asked between two steps."""
        self._drop_ended()
        return any(ticket.request.adapter == adapter and ticket.request.scale for ticket in self._tickets)

    def _snapshot(self) -> admission.EngineStats:
        self._drop_ended()
        return self._kv_budget.stats(self._tickets, self.adapters.bytes)
