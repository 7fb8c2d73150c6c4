"""An index over passages: by words, by meaning, and by both."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from threading import Lock

import numpy as np

from playground.errors import ModelUnavailable
from playground.retrieval.chunking import cut_into_passages
from playground.retrieval.embedding import Embedder, Embedding, Vectors, embed_all
from playground.retrieval.fusion import fuse
from playground.retrieval.nearest import Nearest, are_of, best_of
from playground.retrieval.passages import Hit, Passage, SourceText
from playground.retrieval.word_index import WordIndex
from playground.types import Progress

CANDIDATES = 200  # of each ranking that can come to be among the best of both
LONGEST_QUESTION = 2_000  # characters that are looked for; what comes after them says little more
MOST_QUESTIONS = 200  # whose vectors are kept: what is searched again is not turned into one again
Keep = Callable[[Vectors, Sequence[int]], Nearest]


class Index:
    """Passages of texts. Vectors are made when a search first needs them. Safe to use from many threads."""

    def __init__(self, texts: Sequence[SourceText], size: int, overlap: int, embedder: Embedder, keep: Keep) -> None:
        self.passages: tuple[Passage, ...] = cut_into_passages(texts, size, overlap)
        self._words = WordIndex([_searched(passage) for passage in self.passages])
        self._documents = np.array([passage.document for passage in self.passages], dtype=np.int32)
        self._embedder, self._keep = embedder, keep
        self._nearest: Nearest | None = None
        self.vectors: Vectors | None = None
        self._questions: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def prepare(self) -> Generator[Progress, None, Nearest]:
        """Have the vectors. Whoever comes first makes them; a stop leaves nothing half done."""
        while self._nearest is None:
            if not self._lock.acquire(timeout=0.1):
                yield Progress(what="Waiting for vectors that are being made")
                continue
            try:
                if self._nearest is None:
                    vectors = yield from embed_all(self._embedder, [_searched(passage) for passage in self.passages])
                    self.vectors, self._nearest = vectors, self._keep(vectors, self._documents.tolist())
            finally:
                self._lock.release()
        return self._nearest

    @property
    def has_vectors(self) -> bool:
        """Whether a search by meaning needs none made before it."""
        return self._nearest is not None

    def question_vector(self, question: str) -> Embedding:
        """Where the question lies among the vectors, once they are there."""
        question = question[:LONGEST_QUESTION]
        known = self._questions.get(question)
        if known is None:
            known = (yield from self._embedder.embed([question]))[0]
            if self.vectors is not None and len(self.vectors) and known.shape != self.vectors.shape[1:]:
                raise ModelUnavailable(
                    f"{self._embedder.name} gave the question {len(known):,} numbers and the passages "
                    f"{self.vectors.shape[1]:,}: these are vectors of two models, so nothing can be compared"
                )
            self._questions[question] = known
            while len(self._questions) > MOST_QUESTIONS:
                self._questions.popitem(last=False)
        return known

    def search(
        self,
        question: str,
        weight: float,
        count: int,
        least: float | None = None,
        among: frozenset[int] | None = None,
    ) -> Generator[Progress, None, tuple[Hit, ...]]:
        """At most `count` passages, the best first; fewer where words alone decide and fewer have any.

        `least`: passages less like the question are left out. `among`: so are those of other documents than these.
        Raises ModelUnavailable, and what the encoder raises.
        """
        question = question[:LONGEST_QUESTION]
        scores = self._words.scores(question)
        if among is not None:
            scores = np.where(are_of(self._documents, among), scores, np.float32(0))
        by_words = {at: rank for rank, at in enumerate(best_of(scores, CANDIDATES), 1) if scores[at] > 0}
        likeness: dict[int, float] = {}
        if weight > 0 or least is not None:
            nearest = yield from self.prepare()
            vector = yield from self.question_vector(question)
            likeness = dict(nearest.to(vector, max(CANDIDATES, count), among))
        by_meaning = {at: rank for rank, at in enumerate(likeness, 1)}
        fused = [
            (at, score)
            for at, score in fuse(by_words, by_meaning, weight)
            if least is None or likeness.get(at, 0.0) >= least
        ]
        best = fused[:count]
        reasons = self._words.reasons(question, [at for at, _ in best])
        return tuple(
            Hit(
                passage=self.passages[at],
                score=score,
                words=words if at in by_words else (),
                word_score=float(scores[at]),
                word_rank=by_words.get(at),
                likeness=likeness.get(at),
                likeness_rank=by_meaning.get(at),
            )
            for (at, score), words in zip(best, reasons, strict=True)
        )

    def close(self) -> None:
        """What was kept for it elsewhere may go."""
        if self._nearest:
            self._nearest.close()


def _searched(passage: Passage) -> str:
    """What of a passage is looked at: a title says what its sentences leave out."""
    return f"{passage.title}\n{passage.text}"
