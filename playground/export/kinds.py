"""The kinds of code that a setup can be written as, and the one way to have it written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from playground.backends.catalog import Catalog
from playground.errors import FieldPath, InvalidSetup, NotSupported
from playground.export.comparison_script import write_comparison
from playground.export.documents_of_script import add_passages
from playground.export.local_model import local_model_of, own_models, own_weights
from playground.export.python_script import python_script
from playground.export.servers import Server, server_of
from playground.export.single_call import write_curl, write_javascript
from playground.export.transformers_script import transformers_script
from playground.export.whole_script import TechniqueScript
from playground.running.refusals import refuse_ignored_anywhere
from playground.strategies import technique_of
from playground.types import Setup, Weights

ENDPOINT = "endpoint"  # the kind of model that is ready without being loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeKind:
    """`language` is the name that it is coloured by, `ending` that of a file of it."""

    title: str
    language: str
    ending: str
    write: Callable[[Setup, Catalog], str]
    script: Callable[[Setup, Catalog], TechniqueScript] | None = None  # of a whole technique, if it can hold one


def _script_kind(title: str, script: Callable[[Setup, Catalog], TechniqueScript]) -> CodeKind:
    def begin(setup: Setup, catalog: Catalog) -> TechniqueScript:
        made = script(setup, catalog)
        add_passages(made, setup, catalog)
        return made

    def write(setup: Setup, catalog: Catalog) -> str:
        return begin(setup, catalog).write()

    return CodeKind(title=title, language="python", ending="py", write=write, script=begin)


def _server(weights: Weights, catalog: Catalog, path: FieldPath = ()) -> Server:
    """Of these weights. An endpoint is tried once, and remembered."""
    if catalog.info(weights.model).kind == ENDPOINT:
        for _ in catalog.open(weights.model, weights.adapter):
            pass
    return server_of(catalog.peek(weights.model), weights, path)


def _servers_of_agents(setup: Setup, server: Server, catalog: Catalog) -> tuple[Server | None, ...]:
    """Of each agent with its own weights the server that has these, None for one with the setup's. Raises NotSupported
    where a script that asks one server in one way could not ask them."""
    found: list[Server | None] = []
    for row, weights in enumerate(own_weights(setup)):
        if weights is None:
            found.append(None)
            continue
        path = ("task", "agents", row)
        own = _server(weights, catalog, path)
        if _place_of(weights, catalog) != _place_of(setup, catalog):
            rule = "is a model of another server than the setup's, and a script asks one server; take models of one."
            raise NotSupported(path=(*path, "model"), value=weights.model, rule=rule)
        if replace(own, model=server.model) != server:
            rule = (
                f"was seen to take other settings than {setup.model}, and a script asks all models of a server alike."
            )
            raise NotSupported(path=(*path, "model"), value=weights.model, rule=rule)
        found.append(own)
    return tuple(found)


def _place_of(weights: Weights, catalog: Catalog) -> str:
    """The endpoint that has them; "" for the playground itself."""
    return weights.model.partition("/")[0] if catalog.info(weights.model).kind == ENDPOINT else ""


def _python(setup: Setup, catalog: Catalog) -> TechniqueScript:
    server = _server(setup, catalog)
    return python_script(setup, server, _servers_of_agents(setup, server, catalog))


def _transformers(setup: Setup, catalog: Catalog) -> TechniqueScript:
    return transformers_script(setup, local_model_of(setup, catalog), own_models(setup, catalog))


def _single_call(title: str, language: str, ending: str, write: Callable[[Setup, Server], str]) -> CodeKind:
    def write_call(setup: Setup, catalog: Catalog) -> str:
        return write(setup, _server(setup, catalog))

    return CodeKind(title=title, language=language, ending=ending, write=write_call)


KINDS = {
    "python": _script_kind("Python, with openai", _python),
    "transformers": _script_kind("Python, with transformers", _transformers),
    "javascript": _single_call("JavaScript, with openai", "javascript", "mjs", write_javascript),
    "curl": _single_call("curl", "bash", "sh", write_curl),
}
COMPARED = tuple(name for name, kind in KINDS.items() if kind.script)


def kind_of(name: object) -> CodeKind:
    """Raises InvalidSetup for a name of none."""
    if not isinstance(name, str) or name not in KINDS:
        raise InvalidSetup(path=("kind",), value=name, rule=f"it must be one of {', '.join(KINDS)}.")
    return KINDS[name]


def write_code(setup: Setup, kind: CodeKind, catalog: Catalog) -> str:
    """The code for a setup. Raises the PlaygroundError that running it would raise before anything is asked.

    A model of this machine is not loaded for it.
    """
    _check(setup, catalog)
    return kind.write(setup, catalog)


def write_comparison_code(panes: Sequence[Setup], kind: CodeKind, catalog: Catalog) -> str:
    """One script that asks all panes. Raises what writing each would raise, and InvalidSetup for panes of several
    servers: a script asks one."""
    if kind.script is None:
        raise InvalidSetup(path=("kind",), rule=f"cannot hold a comparison; take one of {', '.join(COMPARED)}.")
    for pane in panes:
        _check(pane, catalog)
    servers = {_place_of(pane, catalog) for pane in panes}
    if kind is KINDS["python"] and len(servers) > 1:
        names = ", ".join(sorted(name or "the playground itself" for name in servers))
        raise InvalidSetup(f"A script asks one server, and these panes ask several: {names}. Compare models of one.")
    scripts = [kind.script(pane, catalog) for pane in panes]
    titles = [
        f"{letter}: {script.title}, {pane.model_title}"
        for letter, script, pane in zip(ascii_uppercase, scripts, panes, strict=False)
    ]
    return write_comparison([*zip(titles, scripts, strict=True)])


def _check(setup: Setup, catalog: Catalog) -> None:
    technique_of(setup).check(setup.task)
    for asked in (setup, *technique_of(setup).asked_with(setup)):
        info = catalog.info(asked.model)
        if info.capabilities.task:
            raise NotSupported(f"{info.title} takes a text and no prompt, so there is no request to write as code.")
        if info.kind != ENDPOINT:  # whose models have adapters that only it knows of
            catalog.entry(asked.model, asked.adapter)
    refuse_ignored_anywhere(setup, lambda model: catalog.info(model).capabilities)
