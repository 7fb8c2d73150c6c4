"""The lessons of a folder in one language; where a translation is missing the original stands in, and says so."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from playground.errors import PlaygroundError
from playground.lessons.lesson import Lesson
from playground.lessons.reading import describe, read_lesson, read_translation

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
ORIGINAL = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}  # what a language calls itself; of others the folder's name is shown
MOST = 60  # lessons of one folder
OWN = "own "  # before the key of a lesson from a folder of one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Lessons by key, in the order of their file names, and what is wrong with the files that are not among them."""

    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """Those in which there are lessons, English first."""
    folders = [HERE, *([folder] if folder else [])]
    found = {path.name for one in folders if one.is_dir() for path in one.iterdir() if any(path.glob("*.md"))}
    return (ORIGINAL, *sorted(found - {ORIGINAL}))


def open_shelf(language: str = ORIGINAL, folder: Path | None = None) -> Shelf:
    """The lessons that come with the playground, then those of this folder, in this language as far as there are any.

    A file that cannot be read is a problem of the shelf; the others are there all the same.
    """
    shelf = read_folder(HERE / ORIGINAL, HERE / language if language != ORIGINAL else None)
    if folder is None:
        return shelf
    own = read_folder(folder, folder / language if language != ORIGINAL else None)
    added = {f"{OWN}{key}": replace(lesson, key=f"{OWN}{key}") for key, lesson in own.lessons.items()}
    return Shelf(lessons={**shelf.lessons, **added}, problems=(*shelf.problems, *own.problems))


def read_folder(folder: Path, translated: Path | None = None) -> Shelf:
    """The lessons of a folder, with the texts of the files of the same names in the folder `translated`."""
    if not folder.is_dir():
        return Shelf(problems=(f"There is no folder {folder.name} with lessons.",))
    paths = sorted(folder.glob("*.md"))
    problems = [f"{folder.name} has {len(paths)} lessons; the first {MOST} are read."] if len(paths) > MOST else []
    lessons: dict[str, Lesson] = {}
    for path in paths[:MOST]:
        try:
            lessons[path.stem] = read_lesson(path)
        except PlaygroundError as error:
            problems.append(describe(error, path))
            continue
        if translated is not None:
            lessons[path.stem], wrong = _translate(lessons[path.stem], translated / path.name)
            problems += wrong
    for problem in problems:
        log.warning("%s", problem)
    return Shelf(lessons=lessons, problems=tuple(problems))


def _translate(lesson: Lesson, path: Path) -> tuple[Lesson, list[str]]:
    """The lesson in the other language, or as it is with what is wrong."""
    original = replace(lesson, translated=False)
    if not path.is_file():
        return original, []
    try:
        return read_translation(path, lesson), []
    except PlaygroundError as error:
        return original, [f"{path.parent.name}/{describe(error, path)}"]
