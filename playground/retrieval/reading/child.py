"""What runs in the process: takes a file, gives its text, and may not grow or last beyond its limits."""

import json
import os
import sys

from playground.retrieval.reading.formats import ReadingFault, text_of

MEMORY = 2**30  # bytes of address space beyond which nothing more is given


def main() -> None:
    kind, most, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        import resource

        os.nice(10)  # others do not wait for it

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    except (ImportError, ValueError, OSError):  # not every system has such limits; the parent's clock is left
        pass
    try:
        answer = {"text": text_of(sys.stdin.buffer.read(), kind, most)}
    except ReadingFault as fault:
        answer = {"fault": str(fault)}
    sys.stdout.write(json.dumps(answer))  # in ASCII, whatever the place speaks


if __name__ == "__main__":
    main()
