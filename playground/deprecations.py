"""What libraries will drop is for whoever upgrades them, and never reaches the terminal of whoever runs this."""

import sys
import warnings

KINDS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)


def hide() -> None:
    """Before the libraries are imported. Whoever asks Python for warnings (-W, PYTHONWARNINGS) still sees them."""
    if not sys.warnoptions:
        for kind in KINDS:
            warnings.simplefilter("ignore", kind)
