"""The decode loop: one thread per model, one running batch that requests join and leave at any step."""

import atexit
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, cast

import torch

from playground.backends.local.adapters.adapter_registry import Attached
from playground.backends.local.engine import admission
from playground.backends.local.engine.batch import Batch, Draw, Row, Vocabulary, accept, controls, draw_tokens
from playground.backends.local.engine.kv_budget import Holdings
from playground.backends.local.engine.prefill import Prefill, unread
from playground.backends.local.engine.ticket import FAILED, Errand, Stream, Ticket, fail, guarded
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import PrefixStore
from playground.backends.local.weights.threads import all_threads, set_threads_here
from playground.errors import GenerationFailed, LimitReached

log = logging.getLogger(__name__)

CHUNK, CHUNK_ALONE = 128, 512  # prompt tokens per step, with others decoding and without
PATIENCE = 1.0  # seconds after which whoever waits for a snapshot looks whether the thread still lives
IDLE = 1.0  # seconds with nothing to do after which the thread ends


class Engine:
    """Decodes all requests for one model. `submit` and `between_steps` may be called from any thread."""

    def __init__(self, decoder: Decoder, vocabulary: Vocabulary, attached: Attached, limits: admission.Limits) -> None:
        self.decoder, self.vocabulary, self.attached = decoder, vocabulary, attached
        self.admission = admission.Admission(limits, decoder.layout.bytes_per_token)
        self.prefixes = PrefixStore()
        self.prefill = Prefill(decoder, attached, self.prefixes)
        self._changed = threading.Condition()
        self._arrivals: list[Ticket] = []
        self._errands: list[Errand] = []
        self._closing = False
        self._thread: threading.Thread | None = None
        # Below: only the engine's thread.
        self._tickets: list[Ticket] = []  # every request not over, in order of arrival
        self._batches: dict[admission.Group, Batch] = {}
        self._holdings = Holdings(self.admission, self.prefixes, self._batches)
        self._turns = 0

    # ------------------------------------------------------------------------------ from any thread
    def submit(self, ticket: Ticket) -> Stream:
        """Queue the request now. A full queue, or a request too large for it, is told to whoever iterates."""
        with self._changed:
            if self._closing:
                ticket.end(GenerationFailed("The model was unloaded."))
            elif reason := self.admission.refusal(ticket, self._tickets + self._arrivals):
                ticket.end(LimitReached(reason))
            else:
                self._wake()
                self._arrivals.append(ticket)
        return Stream(ticket)

    def between_steps(self, work: Callable[[], Any]) -> "Future[Any]":
        """Do `work` on the engine's thread while no forward pass runs; after `close` its error is the result."""
        errand = Errand(work)
        with self._changed:
            if self._closing:
                errand.result.set_exception(GenerationFailed("The model was unloaded."))
            else:
                self._wake()
                self._errands.append(errand)
        return errand.result

    def stats(self) -> admission.Stats:
        """A snapshot between two steps."""
        if self._closing:
            self.close()  # until that is done the rows are the thread's
            return self._snapshot()
        found = self.between_steps(self._snapshot)
        while not wait([found], PATIENCE).done:
            with self._changed:
                self._wake()  # a thread that died meanwhile is replaced
        return cast(admission.Stats, found.result())

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
                        fail(self._tickets, error)
                        self._batches.clear()
        except BaseException as error:
            log.exception("The decode thread ended; the next request starts another.")
            with self._changed:
                self._thread = None
                self._tickets, self._arrivals = self._tickets + self._arrivals, []
                fail(self._tickets, error)
                self._batches.clear()
                errands, self._errands = self._errands, []
            for errand in errands:
                errand.result.set_exception(GenerationFailed(FAILED))

    def _collect(self) -> bool:
        """Take in what arrived, sleeping while there is nothing at all to do. False when the thread is to end."""
        with self._changed:
            if not self._changed.wait_for(self._wanted, IDLE):
                self._thread = None
                atexit.unregister(self.close)
                return False
            errands, self._errands = self._errands, []
            closing = self._closing  # as it is now: who gives an errand until then waits for its result
            if not closing:
                for ticket in self._arrivals:  # before a prompt that was just worked on, but not for ever
                    ticket.turn = self._turns - 1
                self._tickets, self._arrivals = self._tickets + self._arrivals, []
        for errand in errands:
            errand.run()
        return not closing

    def _wanted(self) -> bool:
        return bool(self._tickets or self._arrivals or self._errands or self._closing)

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
                fail([row.ticket for row in batch.rows], error)
            else:
                self._hand_out(batch, batch.rows, draws)

    def _drop_ended(self) -> None:
        for ticket in self._tickets:
            if ticket.closed:
                ticket.end()
            elif reason := self.admission.overdue(ticket):
                ticket.end(LimitReached(reason))
        for key, batch in list(self._batches.items()):
            batch.remove_ended()
            if not batch.rows:
                del self._batches[key]
        self._tickets = [ticket for ticket in self._tickets if not ticket.over]

    def _admit(self) -> None:
        """Give places while there are any, in turn between the visitors, and between the requests of each."""
        while (ticket := admission.next_in_line(self._tickets)) is not None and self._holdings.has_place(
            ticket, self._tickets
        ):
            ticket.granted += 1
            if ticket.outcome is not None:
                with guarded(ticket):
                    self._start(ticket)
        for ahead, ticket in enumerate(admission.waiting_line(self._tickets)):
            ticket.tell_place(ahead)

    def _read_prompts(self) -> None:
        """Compute some tokens of the prompts under way, in turn, so that neither they nor the rows wait long."""
        tokens = CHUNK if self._batches else CHUNK_ALONE
        while tokens > 0 and (chosen := self.prefill.choose(unread(self._tickets), tokens, self._tickets)):
            self._turns += 1
            for ticket in chosen:
                ticket.turn = self._turns
            try:
                tokens -= self.prefill.advance(chosen, tokens)
            except Exception as error:
                log.exception("Reading prompts failed.")
                fail(chosen, error)
            self._holdings.trim(self._tickets)
            for ticket in chosen:
                if (prompt := ticket.whole) is not None:
                    with guarded(ticket):
                        self._holdings.remember(prompt, self._tickets)
                        self._start(ticket)

    def _start(self, ticket: Ticket) -> None:
        """Draw the first tokens of the samples that have a place, and put them into the batch."""
        prompt, outcome = ticket.prompt, ticket.outcome
        if not ticket.samples:
            ticket.tell([] if outcome is None else [outcome.logits.clone()])
            ticket.end()
            return
        assert prompt is not None
        assert outcome is not None
        rows = [Row(ticket, n, self.vocabulary, outcome.origin) for n in range(ticket.started, ticket.granted)]
        settings = controls(rows, outcome.logits.device)
        draws = draw_tokens(outcome.logits.expand(len(rows), -1), rows, settings)
        batch = self._batches.setdefault(admission.group(ticket), Batch(self.decoder, self.attached))
        batch.add(rows, prompt.cache)
        ticket.started = ticket.granted
        if ticket.started == ticket.samples:
            ticket.prompt = ticket.outcome = None
        self._hand_out(batch, rows, draws)

    def _hand_out(self, batch: Batch, rows: list[Row], draws: list[Draw | Exception]) -> None:
        """Tell every request what its rows drew; end the rows and requests that are done."""
        news = accept(rows, draws)
        for row in rows:
            if row.done:
                row.ticket.finished += 1
                if row.ticket.samples == 1 and not row.ticket.over:  # a conversation may go on from here
                    with guarded(row.ticket):
                        self._holdings.remember(batch.copy(row), self._tickets)
        batch.remove_ended()
        for ticket, deltas in news.items():
            ticket.tell(deltas)
            if ticket.finished == ticket.samples:
                ticket.end()

    def in_use(self, adapter: str) -> bool:
        """Whether a request that is not over uses an adapter; to be asked between two steps."""
        self._drop_ended()
        return any(ticket.request.adapter == adapter and ticket.request.scale for ticket in self._tickets)

    def _snapshot(self) -> admission.Stats:
        self._drop_ended()
        return self._holdings.stats(self._tickets, self.attached.bytes)
