"""The class of a server that was started for one: its code, and the teacher's link in a file of the operator's own."""

import os
from contextlib import closing
from pathlib import Path

from playground.classroom import codes
from playground.classroom.store import ClassStore
from playground.settings import Settings

LINK_FILE = "teacher_link.txt"
SAID = "* Class: code {code}, join at {join}\n* The teacher's link, a secret, is in {file}"


def open_class(settings: Settings, url: str) -> str:
    """What to tell whoever starts the server. The class of before goes on, and its teacher's link with it.

    The link is in a file that this account alone reads, and never in what the server prints, which may be a log.
    """
    file = settings.store_file.parent / LINK_FILE
    with closing(ClassStore.from_settings(settings)) as store:
        secret = _secret_in(file)
        kept = store.classes.by_teacher(secret)
        open_classes = [one for one in store.classes.all() if not one.state.ended]
        if kept is None or kept.state.ended:
            if open_classes:
                kept, secret = open_classes[-1], store.classes.renew_teacher(open_classes[-1].id)
            else:
                kept, secret = store.classes.begin("Class")
    address = f"{url.rstrip('/')}/#classroom"  # today's: the link of before may name another port
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(f"{address}&teach={secret}\n")
    join = f"{address}&join={kept.code}"
    return SAID.format(code=codes.shown_code(kept.code), join=join, file=file)


def _secret_in(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip().partition("teach=")[2]
    except (OSError, UnicodeError):
        return ""
