"""Uploaded files: few at once, of a bounded size, and nothing left of those that broke off."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from gradio import route_utils, routes
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import Receive, Scope

from playground.ui.gate.bodies import read_length
from playground.ui.gate.refusals import Refusal
from playground.ui.gate.temporary import BLOCK, TemporaryFolder

FIELD, MOST_FILES = "files", 4  # in one request
FRAME = 64 * 1024  # bytes of a request beside its files
LONGEST_NAME = 200
MOST_WATCHED = 1000  # uploads whose progress is kept
FULL = "The server's folder for uploads is full; try again in an hour."


class UploadParser(route_utils.GradioMultiPartParser):  # type: ignore[misc]  # gradio is untyped
    """Takes files in the one field there is, and deletes what is not handed on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "max_files": MOST_FILES, "max_fields": 0})

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        part = self._current_part
        if part.file is None or part.field_name != FIELD or len(part.file.filename or "") > LONGEST_NAME:
            raise MultiPartException(f"Files are sent as `{FIELD}`, with a name of at most {LONGEST_NAME} characters.")

    async def parse(self) -> Any:
        try:
            return await super().parse()
        except BaseException:
            self._delete()
            raise

    def _delete(self) -> None:
        for file in self._files_to_close_on_error:
            file.close()
            Path(file.name).unlink(missing_ok=True)


class UploadProgress(route_utils.FileUploadProgress):  # type: ignore[misc]
    """How far uploads are. Of names that clients make up, asked for or sent along, only the last are kept."""

    def track(self, upload_id: str) -> None:
        super().track(upload_id)
        self._forget()

    async def is_tracked(self, upload_id: str) -> bool:
        self._forget()
        return bool(await super().is_tracked(upload_id))

    def _forget(self) -> None:
        for kept in (self._statuses, self._signals):
            while len(kept) > MOST_WATCHED:
                del kept[next(iter(kept))]


class Uploads:
    """Counts what is uploaded, while it comes, against what there may be of it in all."""

    def __init__(self, folder: TemporaryFolder, most: int) -> None:
        """`most`: bytes of one file."""
        self._folder, self._most = folder, most * MOST_FILES + FRAME

    def count(self, scope: Scope, receive: Receive) -> Receive:
        """A `receive` that stops when more comes than may. Raises Refusal when that is said beforehand."""
        size, said = 0, read_length(Headers(scope=scope), self._most) or 0
        if not self._folder.has_room(said) or not self._folder.take(BLOCK):
            raise Refusal(HTTPStatus.INSUFFICIENT_STORAGE, FULL)

        async def next_part() -> Any:
            nonlocal size
            message = await receive()
            part = len(message.get("body", b""))
            size += part
            # Said as Gradio's parser does: it answers, and deletes what has come so far.
            if size > self._most:
                raise MultiPartException(f"More than the maximum allowed size of {self._most:,} bytes.")
            if not self._folder.take(part):
                raise MultiPartException(FULL)
            return message

        return next_part


def replace_parser() -> None:
    """Let Gradio read and watch uploads with ours, in the whole process."""
    route_utils.GradioMultiPartParser = UploadParser
    routes.file_upload_statuses = UploadProgress()
