"""The class of a server that was started for one: its code, and the teacher's link in a file of the operator's own."""

import os
import socket
from contextlib import closing
from pathlib import Path

from playground.classroom import codes
from playground.classroom.store import ClassStore
from playground.settings import Settings

LINK_FILE = "teacher_link.txt"
EVERYWHERE = ("0.0.0.0", "::")  # hosts at which a server is reached by all of this machine's addresses
ROUTED = ("192.0.2.1", 9)  # an address that nobody has
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
    if host := host_for_others(settings):
        url = url.replace("localhost", host, 1)
    address = f"{url.rstrip('/')}/#classroom"  # today's: the link of before may name another port
    _write(file, f"{address}&teach={secret}\n")
    join = f"{address}&join={kept.code}"
    return SAID.format(code=codes.shown_code(kept.code), join=join, file=file)


def host_for_others(settings: Settings) -> str:
    """This machine's address for others in its network, where the server is reached by it and is told no other name;
    "" elsewhere."""
    if settings.host not in EVERYWHERE or settings.proxies:
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(ROUTED)  # sends nothing: the system only chooses the address that it would send from
        except OSError:
            return ""
        return str(asking.getsockname()[0])


def renew_link(settings: Settings, before: str, secret: str) -> None:
    """The file holds a teacher's new secret, if it was the one before that stood in it."""
    file = settings.store_file.parent / LINK_FILE
    if _secret_in(file) == before:
        _write(file, file.read_text("utf-8").replace(before, secret))


def _write(file: Path, link: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(link)


def _secret_in(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip().partition("teach=")[2]
    except (OSError, UnicodeError):
        return ""
