"""The time of day, which does not jump while the server runs.

The machine's clock is read once, when the server starts; from then on only the time that passes counts. Whoever sets
the clock in the middle of a lesson neither ends it nor makes it longer. After a restart the machine's clock counts.
"""

import time

_STARTED, _THEN = time.time(), time.monotonic()


def now() -> float:
    """Seconds since 1970."""
    return _STARTED + time.monotonic() - _THEN
