"""Links: the values of a form, compressed, for the part of an address that a browser sends to no server.

A link is `kind=1eJy...`: what it holds, the version of the format, then base64 of zlib of JSON. As in the files of
presets only those values stand in it that differ from their defaults. Where such a default is changed, or a name, a
link of before would open as something else: then VERSION goes up, and `read` puts right what earlier versions wrote.
"""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, NoReturn

from playground.errors import InvalidSetup, LimitReached
from playground.json_values import as_json

VERSION = 1
LONGEST = 8_000  # characters of a link: longer addresses are cut by programs that pass them on
MOST_BYTES = 2**20  # of the values, unpacked; and of a file with a link
PARTS = re.compile(r"([a-z]{1,40})=(\d)([A-Za-z0-9_-]*)")
DAMAGED = "This link is cut short or damaged, so nothing was opened. Ask for it again, whole, or for a file."


def write(kind: str, values: Mapping[str, Any]) -> str:
    """The values as a link, without the address and its `#`. Raises LimitReached for more than `read` takes."""
    text = json.dumps(as_json(values), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise LimitReached(f"This is {len(text):,} bytes; {MOST_BYTES:,} is the most that a link or its file holds.")
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return f"{kind}={VERSION}{packed}"


def read(kind: str, link: Any) -> dict[str, Any]:
    """The values that `write` was given, not checked yet. Raises InvalidSetup or LimitReached for what no link is.

    Longer links than an address may be come out of a file. Nothing in it is run or looked up.
    """
    if not isinstance(link, str):
        raise InvalidSetup("A link is text; this is none.")
    if len(link) > MOST_BYTES:
        raise LimitReached(f"This link has more than {MOST_BYTES:,} characters, so nothing was opened.")
    parts = PARTS.fullmatch(link.strip())
    if parts is None or parts[1] != kind:
        raise InvalidSetup(DAMAGED)
    if (version := int(parts[2])) > VERSION:
        raise InvalidSetup(
            f"This link is of version {version} of the format, and this playground reads links up to {VERSION}: "
            "a newer one made it. Nothing was opened."
        )
    try:
        values = json.loads(_unpack(parts[3]), parse_constant=_refuse_constant)
    except (ValueError, RecursionError, zlib.error):
        raise InvalidSetup(DAMAGED) from None
    if version < 1 or not isinstance(values, dict):
        raise InvalidSetup(DAMAGED)
    return values


def _unpack(packed: str) -> bytes:
    """The bytes, never more than may be: a small link can say that it holds a great deal."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise LimitReached(f"This link would unpack to more than {MOST_BYTES:,} bytes, so nothing was opened.")
    if not unpacker.eof or unpacker.unused_data:
        raise InvalidSetup(DAMAGED)
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
