"""A single call as code: for curl, and for JavaScript with `openai` for Node."""

import json
from typing import Any

from playground.backends.endpoints.dialect import message_body
from playground.errors import InvalidSetup
from playground.export.servers import Server
from playground.functions.listing import as_tools
from playground.prompts import prompts_of
from playground.strategies import Calls, technique_of
from playground.types import Setup

CURL = """\
# The key is read from OPENAI_API_KEY, the server's address from OPENAI_BASE_URL.
curl "${{OPENAI_BASE_URL:-https://api.openai.com/v1}}/chat/completions" \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  --data-binary @- <<'JSON'
{body}
JSON
"""
JAVASCRIPT = """\
// Needs `npm install openai`; save it as call.mjs and run `node call.mjs`.
// The key is read from OPENAI_API_KEY, the server's address from OPENAI_BASE_URL.
import OpenAI from "openai";

const client = new OpenAI();
const completion = await client.chat.completions.create({body});
console.log(completion.choices[0].message.content);
"""


def write_curl(setup: Setup, server: Server) -> str:
    """Raises InvalidSetup for a technique that asks more than once."""
    return CURL.format(body=_write_json(single_body(setup, server)))


def write_javascript(setup: Setup, server: Server) -> str:
    """Raises InvalidSetup for a technique that asks more than once."""
    return JAVASCRIPT.format(body=_write_json(single_body(setup, server)))


def single_body(setup: Setup, server: Server) -> dict[str, Any]:
    """The body of the one request. Raises InvalidSetup where there are more."""
    technique = technique_of(setup)
    prompts = prompts_of(setup)
    if technique.calls(setup.task) != Calls.exactly(1) or any(prompt.gaps for prompt in prompts):
        rule = "asks more than once, or for what a tool says before it asks; take the Python script."
        raise InvalidSetup(path=("strategy",), rule=rule)
    (prompt,) = prompts
    messages = [message_body(message) for message in prompt.step.messages]
    offered = [function for message in prompt.step.messages for function in message.functions]
    more: dict[str, Any] = {"tools": as_tools(offered)} if offered else {}
    more |= prompt.form.fields if prompt.form else {}
    return {"model": server.model, "messages": messages, **server.sampling(prompt.sampling), **more}


def _write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
