"""What each answer tells the browser: where scripts, pictures and frames may come from."""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from playground.settings import Settings

RELAY = "https://gradio.s3-us-west-2.amazonaws.com"  # where Gradio's page takes its scripts from behind a shared link
CORS = ("access-control-allow-origin", "access-control-allow-credentials")


def kept_for_good(send: Send) -> Send:
    """Passes on an answer that never changes: a page has a hundred such parts, which a browser is to ask for once."""

    async def passing(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            MutableHeaders(scope=message)["cache-control"] = "max-age=31536000, immutable"
        await send(message)

    return passing


class SecurityHeaders:
    """The headers that all answers have, errors and refusals too."""

    def __init__(self, settings: Settings) -> None:
        ours = f"'self' {RELAY}" if settings.share else "'self'"
        policy = {
            "default-src": ours,
            # Gradio's page has its configuration in a script, and makes functions of the scripts of our widgets.
            "script-src": f"{ours} 'unsafe-inline' 'unsafe-eval'",
            "style-src": f"{ours} 'unsafe-inline'",
            # No picture from elsewhere: a model's words may hold one whose address tells what was asked.
            "img-src": f"{ours} data: blob:",
            "media-src": "'self' data: blob:",
            "font-src": f"{ours} data:",
            "worker-src": "'self' blob:",
            "object-src": "'none'",
            "base-uri": "'self'",
            "form-action": "'self'",
            "frame-ancestors": " ".join(("'self'", *settings.framed_by)),
        }
        self._headers = {
            "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }
        if not settings.framed_by:
            self._headers |= {"x-frame-options": "SAMEORIGIN", "cross-origin-opener-policy": "same-origin"}

    def put(self, headers: MutableHeaders) -> None:
        """Add them. Gradio lets any site read a shared server's answers; no page of another site needs them."""
        headers.update(self._headers)
        for name in CORS:
            if name in headers:
                del headers[name]
