"""What one session can search: the collections for all, and documents of its own."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from playground.errors import InvalidSetup, LimitReached
from playground.retrieval.collections import shipped_collections
from playground.retrieval.embedding import Embedder, NoEmbedder, Vectors
from playground.retrieval.index import Index
from playground.retrieval.nearest import ExactNearest, Nearest
from playground.retrieval.passages import Collection, Hit, SourceText, readable
from playground.task import MAX_DOCUMENTS, SearchSettings
from playground.types import Progress

OWN = "own"
FORMAT = 2  # of vectors that are kept elsewhere: to be raised when what is kept with them changes
MOST_INDEXES, MOST_OWN = 8, 2  # that are kept, those that were used last: for all, and of one session's documents
MOST_SENT = 20_000  # passages that an encoder elsewhere is sent for one index
LONGEST_TITLE = 180  # characters; a number may come behind them
WHERE = ("task", "collection")


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryLimits:
    """How much of one's own a session may hold."""

    documents: int = MAX_DOCUMENTS
    characters: int = 20_000_000
    together: int = 0  # characters that all sessions may hold; 0 is any number


def in_memory(name: str, vectors: Vectors, documents: Sequence[int]) -> Nearest:
    """Vectors are kept where they were made."""
    return ExactNearest(vectors, documents)


class Library:
    """Safe to use from many threads. What `shared` holds is there for all; documents are one session's own."""

    def __init__(
        self,
        embedder: Embedder | None = None,
        keep: Callable[[str, Vectors, Sequence[int]], Nearest] = in_memory,
        limits: LibraryLimits = LibraryLimits(),
        *,
        shared: "Library | None" = None,
    ) -> None:
        self.limits = limits
        self.embedder: Embedder = embedder or NoEmbedder()
        self._keep, self._shared = keep, shared
        self.encoders: Mapping[str, Embedder] = {}  # behind endpoints that the session connected, by their names
        self._own: tuple[SourceText, ...] = ()
        self._taken = 0  # characters of a session's documents, or of those of all sessions
        self._secret = secrets.token_hex(8)  # so that nobody else's vectors have these names
        self._indexes: OrderedDict[tuple[str, int, int, str], Index] = OrderedDict()
        self._lock = Lock()

    def for_session(self) -> "Library":
        """The same, with room for documents of one session."""
        return Library(self.embedder, self._keep, self.limits, shared=self)

    # ------------------------------------------------------------------------------------------ collections
    def collections(self) -> tuple[Collection, ...]:
        """Those that can be searched; one's own is among them once it holds something."""
        own = [self._own_collection()] if self._own else []
        return (*shipped_collections().values(), *own)

    def collection(self, name: str) -> Collection:
        """Raises InvalidSetup where there is none of that name."""
        if name == OWN:
            if not self._own:
                rule = "there are no documents of your own in this session; add some in the Retrieval tab."
                raise InvalidSetup(path=WHERE, value=OWN, rule=rule)
            return self._own_collection()
        found = shipped_collections().get(name)
        if found is None:
            names = ", ".join((*shipped_collections(), OWN))
            raise InvalidSetup(path=WHERE, value=name, rule=f"it must be one of {names}.")
        return found

    def digest(self, name: str, encoder: str = "") -> str:
        """What a collection says, and which encoder elsewhere makes vectors; "" for no name. Raises InvalidSetup."""
        if not name:
            return ""
        digest = self.collection(name).digest
        return f"{digest} {self.encoder(encoder).name}" if encoder else digest

    def offer(self, encoders: Mapping[str, Embedder]) -> None:
        """These are behind endpoints that are connected now. Of others nothing stays, nor of their keys."""
        with self._lock:
            self.encoders = encoders
            names = {self.embedder.name, *(encoder.name for encoder in encoders.values())}
            gone = [self._indexes.pop(key) for key in [*self._indexes] if key[-1] not in names]
        for index in gone:
            index.close()

    def encoder(self, name: str) -> Embedder:
        """Raises InvalidSetup where the session has none of that name; "" is the one that is there for all."""
        if not name:
            return self.embedder
        if name not in self.encoders:
            rule = (
                "no endpoint that is connected in this session has it; connect it in the Models tab, or leave it empty."
            )
            raise InvalidSetup(path=("options", "encoder"), value=name, rule=rule)
        return self.encoders[name]

    def _own_collection(self) -> Collection:
        return Collection(name=OWN, title="My documents", texts=self._own)

    # --------------------------------------------------------------------------------------- one's own
    @property
    def own(self) -> tuple[SourceText, ...]:
        """The documents of this session."""
        return self._own

    def add(self, title: str, text: str, kind: str = "") -> None:
        """Take a document in. Raises InvalidSetup for an empty one, LimitReached."""
        title, text = " ".join(readable(title).split())[:LONGEST_TITLE].strip() or "Untitled", readable(text)
        if not text:
            raise InvalidSetup(f"\u201c{title[:80]}\u201d holds no text, so there is nothing to find in it.")
        with self._lock:
            taken = {document.title for document in self._own}
            names = (title, *(f"{title} ({number})" for number in range(2, self.limits.documents + 2)))
            name = next(name for name in names if name not in taken)
            held = sum(len(document.text) for document in self._own)
            if len(self._own) >= self.limits.documents:
                raise LimitReached(f"{self.limits.documents} documents are the most; remove one first.")
            if held + len(text) > self.limits.characters:
                raise LimitReached(
                    f"\u201c{title[:80]}\u201d has {len(text):,} characters; with what is there already that is more "
                    f"than the {self.limits.characters:,} that a session may hold."
                )
            if self._shared:
                self._shared.take_room(len(text))
            self._own = (*self._own, SourceText(title=name, text=text, kind=kind))
            self._taken += len(text)

    def take_room(self, characters: int) -> None:
        """For so many more of a session's, or with a number below 0 for fewer. Raises LimitReached."""
        with self._lock:
            if self.limits.together and characters > 0 and self._taken + characters > self.limits.together:
                raise LimitReached(
                    "The documents of all visitors together are as many as this server takes; take a shorter one, or "
                    "try again when somebody has left."
                )
            self._taken += characters

    def clear(self) -> None:
        """Forget all documents of this session."""
        with self._lock:
            self._own = ()
        self.close()

    def close(self) -> None:
        """The session has ended: what was kept for its documents elsewhere goes too."""
        with self._lock:
            indexes, self._indexes = list(self._indexes.values()), OrderedDict()
            taken, self._taken = self._taken, 0 if self._shared else self._taken
        if self._shared:
            self._shared.take_room(-taken)
            for index in indexes:
                index.close()

    # ----------------------------------------------------------------------------------------- searching
    def index(self, name: str, size: int, overlap: int, encoder: str = "") -> Index:
        """The index of a collection cut that way. Raises InvalidSetup, LimitReached."""
        if self._shared and name != OWN and not encoder:  # vectors of a session's own endpoint are for nobody else
            return self._shared.index(name, size, overlap)
        collection, embedder = self.collection(name), self.encoder(encoder)
        key = (collection.digest, size, overlap, embedder.name)
        with self._lock:
            if known := self._indexes.get(key):
                self._indexes.move_to_end(key)
                return known
        kept = self._name_of_vectors(embedder, collection, size, overlap, own=name == OWN or bool(encoder))
        made = Index(collection.texts, size, overlap, embedder, lambda *vectors: self._keep(kept, *vectors))
        if encoder and len(made.passages) > MOST_SENT:
            raise LimitReached(
                f"The documents make {len(made.passages):,} passages; {MOST_SENT:,} is the most that is sent to "
                f"{encoder}. Take longer passages, or leave the encoder empty."
            )
        with self._lock:
            self._indexes[key] = made
            most = MOST_OWN if self._shared else MOST_INDEXES
            dropped = [self._indexes.popitem(last=False)[1] for _ in range(len(self._indexes) - most)]
        for index in dropped if self._shared else ():
            index.close()
        return made

    def _name_of_vectors(
        self, embedder: Embedder, collection: Collection, size: int, overlap: int, *, own: bool
    ) -> str:
        """What vectors are called where they are kept: the same for all who would make the same ones."""
        model = hashlib.sha256(embedder.name.encode()).hexdigest()[:16]
        whose = f"-{self._secret}" if own else ""
        return f"playground-{FORMAT}-{model}-{collection.digest}-{size}-{overlap}{whose}"

    def find(
        self, question: str, collection: str, settings: SearchSettings
    ) -> Generator[Progress, None, tuple[Hit, ...]]:
        """The passages for a question. Raises InvalidSetup, LimitReached, ModelUnavailable."""
        yield Progress(what="Cutting and indexing the documents")
        of = self.collection(collection)
        index = self.index(collection, settings.size, settings.overlap, settings.encoder)
        among = of.among(settings.documents, settings.kinds)
        if settings.source == "search":
            return (yield from index.search(question, settings.weight, settings.passages, settings.least, among))
        known = of.known(question)
        if known is None:
            rule = f"{settings.source} passages are known only of the questions that come with a collection."
            raise InvalidSetup(path=("options", "source"), value=settings.source, rule=rule)
        if settings.source == "gold":
            held = [p for p in index.passages if of.holds(p, known) and (among is None or p.document in among)]
            return tuple(Hit(passage=passage, score=1.0) for passage in held[: settings.passages])
        more = replace(settings, source="search", passages=settings.passages + 10, least=None)
        found = yield from index.search(known.question, more.weight, more.passages, among=among)
        wrong = [hit for hit in found if not of.holds(hit.passage, known)]
        return tuple(wrong[: settings.passages])
