"""Hides libraries' deprecation warnings, which are for developers, from the terminal."""

import sys
import warnings

KINDS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)


def hide() -> None:
    """Before the libraries are imported. Whoever asks Python for warnings (-W, PYTHONWARNINGS) still sees them."""
    if not sys.warnoptions:
        for kind in KINDS:
            warnings.simplefilter("ignore", kind)
