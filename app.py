"""Start the playground: flags and PLAYGROUND_* variables -> one Settings -> the page."""

import argparse
import os
import sys
from dataclasses import replace

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio is imported: nothing leaves this machine

from playground import deprecations

deprecations.hide()

# ruff: noqa: E402  # what comes now imports libraries, which may warn
from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.errors import PlaygroundError
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.app import build_app
from playground.ui.gate.listening import check_address
from playground.ui.serving import serve


def main() -> None:
    try:
        settings = Settings.from_environment()
        settings = replace(settings, **vars(_flags(settings)))
        for_strangers = settings.public or settings.share or settings.classroom  # who has a link, and students
        settings = replace(settings, public=for_strangers)
        settings.check()
        check_address(settings)
        budget = MemoryBudget(settings.memory_megabytes * 2**20)
        catalog = Catalog(offered_entries(settings), budget=budget, library=library_of(settings))
    except PlaygroundError as error:
        sys.exit(str(error))
    store = Store.from_settings(settings)
    try:
        serve(build_app(settings, catalog, store), settings, catalog, store)
    except PlaygroundError as error:
        sys.exit(str(error))


def _flags(settings: Settings) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=settings.host, help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=settings.port, help="port to listen on (default %(default)s)")
    parser.add_argument("--public", action="store_true", default=settings.public, help="strangers share this server")
    parser.add_argument(
        "--class", dest="classroom", action="store_true", default=settings.classroom, help="begin a class of students"
    )
    parser.add_argument("--share", action="store_true", default=settings.share, help="open a temporary public link")
    return parser.parse_args()


if __name__ == "__main__":
    main()
