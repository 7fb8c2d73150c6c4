"""Settings of whoever starts the app, read once from flags and `PLAYGROUND_*` variables.

Own code and not `pydantic-settings`: that wants a model instead of a frozen dataclass, takes lists as JSON only, and
names fields where a person needs the name of the variable and what it must be. Reading them takes 40 lines here.
"""

import ipaddress
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from playground import hosting
from playground.errors import InvalidSetup

log = logging.getLogger(__name__)
Precision = Literal["auto", "float32", "bfloat16", "int8"]
EXPERIMENTS = ("store_megabytes", "max_experiment_seconds", "max_cells", "upload_megabytes")
TRAININGS = ("address_training_minutes", "training_megabytes", "training_weights", "training_memory_megabytes")
SHARES = tuple(f"{whose}_{what}" for whose in ("visitor", "address") for what in ("runs", "queue", "experiments"))
SITE = re.compile(r"https?://[a-z0-9.*-]+(:[0-9]+)?")
VECTORS = re.compile(r"https?://\S+")
KEY, KEY_RULE = re.compile(r"[\x21-\x7e]{16,500}"), "16 to 500 letters, digits and signs, without spaces"
SECRET = re.compile(r"[\x21-\x7e]{1,4000}")
MOST_PANES = 26  # each has a letter
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is also an environment variable: `host` is `PLAYGROUND_HOST`, and so on."""

    host: str = "127.0.0.1"
    port: int = 7860
    public: bool = False  # strangers share it: only what the operator listed
    classroom: bool = False  # begin a class, or go on with that of before; its students are strangers
    share: bool = False  # a temporary public link through Gradio's relay
    cache: Path = field(default_factory=hosting.cache_folder)
    model: str = ""  # folder of a model to use as the default one
    models: tuple[str, ...] = ()  # more models, name=source; adapters, name=model+source
    vectors: str = ""  # address of a Qdrant server that keeps the vectors of passages; empty: in memory
    vectors_key: str = field(default="", repr=False)  # that this server asks for
    precision: Precision = "auto"  # how the weights of local models are stored
    memory_megabytes: int = 0  # for all loaded models together; 0 is most of what there is
    proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed
    hosts: tuple[str, ...] = ()  # more names under which a private page is reached, beside `host` and localhost
    framed_by: tuple[str, ...] = ()  # other sites that may show the page in a frame
    upload_megabytes: int = 1024  # all uploads and reports that are there at once
    max_rows: int = 64  # samples decoded at once by one model
    max_queue: int = 256  # requests waiting for a place
    max_seconds: int = 600  # a run, and each request of it, is ended after this long
    max_users: int = 64  # runs at once over all sessions
    visitor_runs: int = 4  # of these, on a shared server, of one visitor; more wait
    visitor_queue: int = 32  # of those that wait
    visitor_experiments: int = 2  # experiments at once of one visitor
    address_runs: int = 48  # the same of all visitors of one address, a class for example
    address_queue: int = 192
    address_experiments: int = 12
    max_panes: int = 12  # setups compared side by side, at most 26
    kv_megabytes: int = 1024  # memory for attention keys and values, per model
    endpoints: tuple[str, ...] = ()  # servers that visitors may connect to, name=address
    store: str = ""  # file that keeps what experiments found; empty is one in the cache
    store_megabytes: int = 4096  # it may take; then the oldest runs go
    store_days: int = 30  # after which a shared server forgets an answer; 0 is never, as on a private one
    max_experiment_seconds: int = 3600  # an experiment is ended after this long, and can be continued
    max_cells: int = 20_000  # of one experiment, started at the page or by a program
    lessons: str = ""  # folder of lessons of one's own, shown after those that come with it
    training_minutes: int = 0  # that a visitor of a shared server may train in a day; 0: nobody trains there
    address_training_minutes: int = 60  # the same of all visitors of one address together
    training_megabytes: int = 4096  # that strangers' trainings may take on the disk; older ones go
    training_weights: int = 4_000_000  # that a stranger's recipe may train
    training_memory_megabytes: int = 4096  # that it may take in memory while it trains, as is estimated before
    watches: bool = False  # a shared server looks by itself at watches that its operator scheduled
    serve: bool = True  # programs may ask the models at /v1; on a shared server only with a key
    serve_key: str = field(default="", repr=False)  # that such programs must send
    openai_key: bool = False  # offer the operator's OPENAI_API_KEY for OpenAI itself; private only

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Raises InvalidSetup, naming the variable, when a value cannot be read."""
        hints = get_type_hints(cls)
        values = {
            f.name: environ[f"PLAYGROUND_{f.name.upper()}"]
            for f in fields(cls)
            if f"PLAYGROUND_{f.name.upper()}" in environ
        }
        _warn_of_unknown(environ, [f.name for f in fields(cls)])
        values = {**hosting.default_values(environ), **values}
        settings = cls(**{name: _parse_value(name, value, hints[name]) for name, value in values.items()})
        settings.check()
        return settings

    @property
    def file_megabytes(self) -> int:
        """The largest file that is read; what is pasted may be a megabyte where strangers share the server."""
        return 4 if self.public else 20

    @property
    def store_file(self) -> Path:
        """Where what experiments found is kept."""
        return Path(self.store).expanduser() if self.store else self.cache / "experiments.sqlite"

    @property
    def trainings_folder(self) -> Path:
        """Where trainings are kept: beside what experiments found."""
        return self.store_file.parent / "trainings"

    def check(self) -> None:
        """Raises InvalidSetup on a value out of range, under the name of its variable."""
        if not 0 <= self.port <= 65535:
            raise _invalid_value("port", self.port, "a whole number from 0 to 65535")
        for name in (
            "max_rows",
            "max_queue",
            "max_seconds",
            "max_users",
            "max_panes",
            "kv_megabytes",
            *EXPERIMENTS,
            *SHARES,
            *TRAININGS,
        ):
            if getattr(self, name) < 1:
                raise _invalid_value(name, getattr(self, name), "at least 1")
        if self.max_panes > MOST_PANES:
            raise _invalid_value("max_panes", self.max_panes, f"at most {MOST_PANES}")
        for proxy in self.proxies:
            _check_network(proxy)
        for site in self.framed_by:
            if not SITE.fullmatch(site):
                raise _invalid_value("framed_by", site, "like https://example.org")
        if self.vectors and not VECTORS.fullmatch(self.vectors):
            raise _invalid_value("vectors", self.vectors, "like http://127.0.0.1:6333")
        if self.vectors_key and not SECRET.fullmatch(self.vectors_key):
            raise InvalidSetup("PLAYGROUND_VECTORS_KEY must be letters, digits and signs, without spaces.")
        if self.serve_key and not KEY.fullmatch(self.serve_key):
            raise InvalidSetup(f"PLAYGROUND_SERVE_KEY must be {KEY_RULE}.")  # without repeating it
        for name in ("memory_megabytes", "store_days", "training_minutes"):
            if getattr(self, name) < 0:
                raise _invalid_value(name, getattr(self, name), "at least 0")


def _warn_of_unknown(environ: Mapping[str, str], names: Sequence[str]) -> None:
    """A misspelt variable changes nothing, which whoever set it would not notice otherwise."""
    variables = [f"PLAYGROUND_{name.upper()}" for name in names]
    for name in sorted(name for name in environ if name.startswith("PLAYGROUND_") and name not in variables):
        near = get_close_matches(name, variables, 1)
        log.warning("%s is no setting and changes nothing%s.", name, f"; is it {near[0]}" if near else "")


def _check_network(proxy: str) -> None:
    # No `*`: then whoever asks could write any address into the header, and be anybody.
    try:
        ipaddress.ip_network(proxy)
    except ValueError:
        raise _invalid_value("proxies", proxy, "an address or a network, like 10.0.0.5 or 10.0.0.0/8") from None


def _parse_value(name: str, value: str, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise _invalid_value(name, value, f"one of {', '.join(get_args(kind))}")
        return value
    if get_origin(kind) is tuple:  # several, one a line or with semicolons between: a path may hold anything else
        return tuple(part.strip() for part in re.split(r"[;\n]", value) if part.strip())
    try:
        if kind is bool:
            if value.lower() not in TRUE | FALSE:
                raise ValueError
            return value.lower() in TRUE
        return kind(value)
    except ValueError:
        allowed = {bool: "1 or 0", int: "a whole number"}.get(kind, kind.__name__)
        raise _invalid_value(name, value, allowed) from None


def _invalid_value(name: str, value: object, allowed: str) -> InvalidSetup:
    return InvalidSetup(f"PLAYGROUND_{name.upper()} is {str(value)!r}; it must be {allowed}.")
