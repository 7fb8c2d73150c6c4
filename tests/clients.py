"""Clients of a server on this machine: they wait as long as it takes, and read no certificates, which takes longer."""

import ssl
from typing import Any

import httpx
from gradio_client import Client
from patience import PATIENCE

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(url: str, **options: Any) -> httpx.Client:
    """As a browser asks; it keeps its cookies."""
    return httpx.Client(base_url=url, timeout=PATIENCE, verify=TRUSTS_NOBODY, **options)


def gradio_client(url: str, **options: Any) -> Client:
    """As a program asks."""
    return Client(url, verbose=False, ssl_verify=TRUSTS_NOBODY, httpx_kwargs={"timeout": PATIENCE}, **options)  # type: ignore[arg-type]
