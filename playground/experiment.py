"""`python -m playground.experiment`: runs an experiment without a page."""

import sys

from playground.cli.experiment import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without a sign shows another
    sys.exit(main(sys.argv[1:]))
