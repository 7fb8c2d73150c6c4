"""Serve the page until the process is told to end; then end what runs, and keep what was found."""

import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from playground import hosting
from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.classroom.opening import open_class
from playground.ui.gate.listening import address_failed
from playground.ui.look import launch_options

HOW_TO_SHARE = "\n* For a temporary public link, start with --share."
PATIENCE = 3.0  # seconds for connections to close; who told the process to end kills it after ten


def serve(page: Any, settings: Settings, catalog: Catalog, store: Store) -> None:
    """End the process, with exit code 0, on SIGTERM or Ctrl-C. Raises InvalidSetup when the port cannot be had."""
    # Stated, since the first process of a container ignores what it has not stated.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        try:
            page.launch(**launch_options(settings), prevent_thread_lock=True, quiet=True)
        except OSError as error:
            if error.errno is not None:  # of something else
                raise
            raise address_failed(settings, error) from None
        alone = page.share_url is None and not hosting.on_space()
        print(f"* Running on {page.local_url}" + HOW_TO_SHARE * alone, flush=True)
        if settings.classroom:
            print(open_class(settings, page.share_url or page.local_url), flush=True)
        catalog.preload("default")  # after the page is up: torch takes longer to import than a page to read
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        _end(page, catalog, store)


def _end(page: Any, catalog: Catalog, store: Store) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    catalog.close()
    store.flush()
    # A visitor who keeps a connection open must not hold the end up.
    closing = threading.Thread(target=page.close, args=(False,), daemon=True)
    closing.start()
    closing.join(PATIENCE)
    store.close()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)  # threads in the middle of a long product would bring down an interpreter that is taken apart
