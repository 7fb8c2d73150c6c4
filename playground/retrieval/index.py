"""An index over passages: by words, by meaning, and by both."""

from collections.abc import Callable, Generator, Sequence
from threading import Lock

from playground.retrieval.chunking import cut_into_passages
from playground.retrieval.embedding import Embedder, Vectors, embed_all
from playground.retrieval.fusion import fuse
from playground.retrieval.nearest import Nearest, best_of
from playground.retrieval.passages import Hit, Passage, SourceText
from playground.retrieval.word_index import WordIndex
from playground.types import Progress

CANDIDATES = 200  # of each ranking that can come to be among the best of both
LONGEST_QUESTION = 2_000  # characters that are looked for; what comes after them says little more
Keep = Callable[[Vectors], Nearest]


class Index:
    """Passages of texts. Vectors are made when a search first needs them. Safe to use from many threads."""

    def __init__(self, texts: Sequence[SourceText], size: int, overlap: int, embedder: Embedder, keep: Keep) -> None:
        self.passages: tuple[Passage, ...] = cut_into_passages(texts, size, overlap)
        self._words = WordIndex([_searched(passage) for passage in self.passages])
        self._embedder, self._keep = embedder, keep
        self._nearest: Nearest | None = None
        self.vectors: Vectors | None = None
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
                    self.vectors, self._nearest = vectors, self._keep(vectors)
            finally:
                self._lock.release()
        return self._nearest

    def question_vector(self, question: str) -> Vectors:
        """Where the question lies among the vectors, once they are there."""
        (vector,) = self._embedder.embed([question[:LONGEST_QUESTION]])
        row: Vectors = vector
        return row

    def search(
        self, question: str, weight: float, count: int, least: float | None = None
    ) -> Generator[Progress, None, tuple[Hit, ...]]:
        """At most `count` passages, the best first; fewer where words alone decide and fewer have any.

        `least`: passages less like the question are left out. Raises ModelUnavailable.
        """
        question = question[:LONGEST_QUESTION]
        scores = self._words.scores(question)
        by_words = {at: rank for rank, at in enumerate(best_of(scores, CANDIDATES), 1) if scores[at] > 0}
        likeness: dict[int, float] = {}
        if weight > 0 or least is not None:
            nearest = yield from self.prepare()
            likeness = dict(nearest.to(self.question_vector(question), max(CANDIDATES, count)))
        by_meaning = {at: rank for rank, at in enumerate(likeness, 1)}
        fused = [
            (at, score)
            for at, score in fuse(by_words, by_meaning, weight)
            if least is None or likeness.get(at, 0.0) >= least
        ]
        return tuple(
            Hit(
                passage=self.passages[at],
                score=score,
                words=self._words.reasons(question, at) if at in by_words else (),
                word_score=float(scores[at]),
                word_rank=by_words.get(at),
                likeness=likeness.get(at),
                likeness_rank=by_meaning.get(at),
            )
            for at, score in fused[:count]
        )

    def close(self) -> None:
        """What was kept for it elsewhere may go."""
        if self._nearest:
            self._nearest.close()


def _searched(passage: Passage) -> str:
    """What of a passage is looked at: a title says what its sentences leave out."""
    return f"{passage.title}\n{passage.text}"
