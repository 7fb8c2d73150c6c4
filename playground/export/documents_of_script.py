"""The passages that a script searches, written into it."""

from playground.backends.catalog import Catalog
from playground.errors import NotSupported
from playground.export import layout
from playground.export.whole_script import TechniqueScript
from playground.strategies import technique_of
from playground.types import Setup

MOST = 500_000  # characters of passages in a script
WORDS_ALONE = "It finds passages by their words alone; the playground also compares vectors where that has a weight."


def add_passages(script: TechniqueScript, setup: Setup, catalog: Catalog) -> None:
    """Define them where the technique searches. Raises NotSupported for what no script can know or hold."""
    settings = technique_of(setup).searches(setup.task)
    if settings is None:
        return
    if settings.source != "search":
        rule = "is known here alone; choose search for a script."
        raise NotSupported(path=("options", "source"), value=settings.source, rule=rule)
    if settings.least is not None:
        rule = "compares vectors, which a script has not; leave it empty."
        raise NotSupported(path=("options", "least"), value=settings.least, rule=rule)
    if option := technique_of(setup).measured_by:
        rule = "is measured by the playground's own engine; leave it empty for a script."
        raise NotSupported(path=("options", option), rule=rule)
    among = catalog.library.collection(setup.task.collection).among(settings.documents, settings.kinds)
    passages = catalog.library.index(setup.task.collection, settings.size, settings.overlap).passages
    written = [
        f"{' '.join(passage.title.split())}: {' '.join(passage.text.split())}"
        for passage in passages
        if among is None or passage.document in among
    ]
    if (total := sum(map(len, written))) > MOST:
        raise NotSupported(f"The documents have {total:,} characters; a script holds {MOST:,} at most.")
    lines = "".join(f"    {layout.write_value(line)},\n" for line in written)
    script.define("PASSAGES", f"[\n{lines}]")
    script.define("MOST_PASSAGES", str(settings.passages))
    script.packages.append("bm25s")
    if settings.weight:
        script.notes.append((WORDS_ALONE, ""))
