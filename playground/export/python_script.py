"""A Python script that repeats a whole technique, with nothing but `openai`."""

from collections.abc import Sequence
from dataclasses import replace

from playground.answer_forms.form import form_of
from playground.export import layout
from playground.export.servers import Server
from playground.export.whole_script import TechniqueScript, begin_script
from playground.strategies import technique_of
from playground.types import Setup

ASKING = "playground.export.ask_openai"
PLAIN = frozenset(
    {"temperature", "top_p", "max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty", "seed",
     "stop", "logit_bias", "logprobs", "n"}
)  # fmt: skip
ADDRESS = "The key is read from OPENAI_API_KEY, the server's address from OPENAI_BASE_URL."
OWN = "The playground answers at its own address with /v1 behind it; its key is `none` unless it has one."
BEGINS = "continue_final_message"
BEGUN = f"An answer is begun for the model, for which the server has to know `{BEGINS}`, as vLLM does."


def python_script(setup: Setup, server: Server, own: Sequence[Server | None] = ()) -> TechniqueScript:
    """The script for a checked setup, all but written. `own` are the servers of its agents, None for the setup's: they
    are one, which has several models."""
    own = own or [None] * len(setup.task.agents)
    agents = tuple(
        replace(agent, model=one.model if one else "", adapter="", scale=1.0)
        for agent, one in zip(setup.task.agents, own, strict=True)
    )
    setup = replace(setup, task=replace(setup.task, agents=agents))
    sampling, form = server.sampling(setup.sampling), form_of(setup.task)
    chooses = server.chooses and setup.options.get("next_speaker") == "moderator"
    constants = {
        "script.several": any(own),
        "server.several": any(own),
        "server.formed": form is not None,
        "server.functions": technique_of(setup).offers_functions,
        "server.prefill": server.prefill,
        "server.samples": server.samples,
        "server.seeded": "seed" in sampling,
        "server.cuts": server.cuts(setup.sampling),
        "server.stops": 4 if server.stops else 0,
        "server.chooses": chooses,
        "server.counts": setup.strategy == "panel",
        "server.renames": setup.strategy == "panel" and "max_completion_tokens" in sampling,
        "server.keeps": setup.strategy == "chaining",
        "server.plain": sampling.keys() <= PLAIN
        and server.prefill != "continue"
        and not chooses
        and (form is None or bool(form.schema)),
    }
    script = begin_script(setup, ASKING, constants, sampling)
    script.define("CLIENT", "OpenAI()", "from openai import OpenAI")
    script.define("MODEL", layout.write_value(server.model))
    if form:
        script.define("FORM", layout.write_value(form.fields))
    script.define_settings({**sampling, "logprobs": True} if script.weighs else sampling)
    script.packages = ["openai", *script.also]
    script.notes = [(ADDRESS, ""), *([(OWN, "")] if server.own else []), (BEGUN, BEGINS)]
    return script
