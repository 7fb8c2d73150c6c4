"""Explains errors of the store's file and says what to do about them."""

import sqlite3

PATIENCE = 30.0  # seconds that another process may take to write
FOR_STRANGERS = "The answers that this server keeps cannot be read or written now; tell whoever runs it."
ELSEWHERE = "Set PLAYGROUND_STORE, or --store, to another file."
REASONS = {
    "SQLITE_FULL": "could not be written: the disk is full. Free some space and run again; what is stored is kept.",
    "SQLITE_BUSY": f"is held by another process for more than {PATIENCE:g} seconds. Try again, or end that process.",
    "SQLITE_NOTADB": f"is not a store of this playground, or is damaged. Move the file away to begin a new one. "
    f"{ELSEWHERE}",
    "SQLITE_CORRUPT": "is damaged. Move the file away to begin a new one; what it held has to be run again.",
    "SQLITE_READONLY": f"may not be written. {ELSEWHERE}",
    "SQLITE_CANTOPEN": f"cannot be opened. {ELSEWHERE}",
}


def explain_error(error: sqlite3.Error) -> str:
    """The end of a sentence that begins with the store."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return next((why for code, why in REASONS.items() if name.startswith(code)), f"cannot be used: {error}.")
