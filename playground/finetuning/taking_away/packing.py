"""What was learned and its card as one archive."""

import io
import zipfile

from playground.errors import LimitReached
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.taking_away.card import write_card

MOST = 128 * 2**20  # bytes of files that are put into an archive in memory, and through a browser


def pack(folder: JobFolder) -> bytes:
    """The folder of what was learned, with its card as it is now. Raises LimitReached for a whole model's files."""
    write_card(folder)
    files = sorted(path for path in folder.result.iterdir() if path.is_file())
    size = sum(path.stat().st_size for path in files)
    if size > MOST:
        raise LimitReached(
            f"What was learned has {size / 2**20:,.0f} MB, more than the {MOST // 2**20} MB that a page hands out. It "
            "lies in the training's folder, as safetensors with its card."
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
