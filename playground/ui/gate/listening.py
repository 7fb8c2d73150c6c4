"""The address that the page is served at: whether it can be had, and a server that may take its time to begin."""

import errno
import socket

from gradio import http_server
from gradio.exceptions import ServerFailedToStartError

from playground.errors import InvalidSetup
from playground.settings import Settings

LOOK = 0.05  # seconds between looks at a server that begins
WORDS = {
    errno.EADDRINUSE: "another program uses it; end that, or choose another with --port or PLAYGROUND_PORT",
    errno.EACCES: "this user may not open it; choose one above 1023 with --port or PLAYGROUND_PORT",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another with --host or PLAYGROUND_HOST",
}


def check_address(settings: Settings) -> None:
    """Raises InvalidSetup when the page cannot be served at the host and port of the settings."""
    host = settings.host.removeprefix("[").removesuffix("]")
    try:
        found = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InvalidSetup(
            f"The host {host!a} is not known here ({error}); choose another with --host or PLAYGROUND_HOST."
        ) from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                tried.bind(address)
            except OSError as error:
                raise address_failed(settings, error) from None


def address_failed(settings: Settings, error: OSError) -> InvalidSetup:
    """What to tell whoever starts the app, in one line."""
    why = WORDS.get(
        error.errno or 0, f"{error.strerror or 'it was taken meanwhile'}; choose another with --port or PLAYGROUND_PORT"
    )
    return InvalidSetup(f"The page cannot be served on port {settings.port} of {settings.host}: {why}.")


class PatientServer(http_server.Server):  # type: ignore[misc]  # gradio is untyped
    """Gradio's server, which is waited for as long as it is beginning: a busy machine needs more than five seconds."""

    def run_in_thread(self) -> None:
        try:
            super().run_in_thread()
        except ServerFailedToStartError:
            while not self.started:
                self.thread.join(LOOK)
                if not self.thread.is_alive():
                    raise


def be_patient() -> None:
    """Let Gradio start this server in place of its own, for the whole process."""
    http_server.Server = PatientServer
