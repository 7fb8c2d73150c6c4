"""Agents in conversation: what each sees, who speaks next, when it ends, and what the person says."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import parse_source
from playground.comparison import compare
from playground.errors import InvalidSetup, NotSupported, PromptTooLong, UnknownModel
from playground.evaluation import experiments
from playground.evaluation.store.identity import RunKeys
from playground.export.kinds import KINDS, write_code
from playground.export.local_model import LocalModel
from playground.export.transformers_script import transformers_script
from playground.prompts import prompts_of
from playground.running import runner
from playground.setups import run_from_dict, run_to_dict
from playground.strategies import technique_of
from playground.strategies.answers.reading_anew import read_anew
from playground.types import Agent, Run, Sampling, Setup
from playground.ui.playground.editing import edit_output
from playground.ui.run_view import answer_values, dialogue_values, steps_values
from playground.ui.run_view.places import Edit
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.labels import describe_error

WRITER = {"name": "Writer", "system": "You write."}
CRITIC = {"name": "Critic", "system": "You find fault."}
JUDGE = {"name": "Judge", "system": "You decide.", "speaks": "at_the_end"}
YOU = {**CRITIC, "writer": "person"}
Reply = Callable[[Request, random.Random], str]


def setup(*agents: dict[str, Any], answer: str = "text", **options: Any) -> Setup:
    task = {"input": "A slogan for tea.", "agents": list(agents or (WRITER, CRITIC)), "answer": answer}
    return setups.parse({"strategy": "panel", "options": {"single_prompt": False, **options}, "task": task})


def ran(catalog: Catalog, asked: Setup, earlier: Any = ()) -> Run:
    *_, run = runner.run(asked, catalog, earlier_steps=earlier)
    assert run.status == "done", run.error
    return run


def system_of(request: Request) -> str:
    return next((message.content for message in request.messages if message.role == "system"), "")


def spoken(request: Request, _: random.Random) -> str:
    """Each agent's own words: who it is, and how often it has spoken."""
    times = sum(message.role == "assistant" for message in request.messages) + 1
    return f"{system_of(request).removesuffix('.')[4:]} {times}"


def labels(run: Run) -> list[str]:
    return [step.label for step in run.steps]


def write(run: Run, text: str, step: int = -1) -> Any:
    return edit_output(run, Edit(step=step % len(run.steps), sample=0, text=text))


def test_each_agent_sees_its_own_messages_as_its_turns_and_those_of_others_under_their_names() -> None:
    asked = setup(WRITER, CRITIC, JUDGE, messages=3, single_prompt=True)
    sent = [[f"{m.role}: {m.content}" for m in prompt.step.messages] for prompt in prompts_of(asked)]
    first, second, third = "\u27e8Turn 1: Writer\u27e9", "\u27e8Turn 2: Critic\u27e9", "\u27e8Turn 3: Writer\u27e9"
    assert sent == [
        ["system: You write.", "user: A slogan for tea."],
        ["system: You find fault.", f"user: A slogan for tea.\n\nWriter: {first}"],
        ["system: You write.", "user: A slogan for tea.", f"assistant: {first}", f"user: Critic: {second}"],
        [
            "system: You decide.",
            f"user: A slogan for tea.\n\nWriter: {first}\n\nCritic: {second}\n\nWriter: {third}\n\n"
            "Judge, it is your turn. The task again: A slogan for tea.",
        ],
        ["user: A slogan for tea."],
    ]


def test_who_speaks_twice_is_told_to_go_on(catalog_of: Any) -> None:
    run = ran(catalog_of(spoken), setup(next_speaker="by_hand", messages=2))
    run = ran(catalog_of(spoken), run.setup, write(run, "writer, Writer"))
    assert [message.content for message in run.steps[2].messages[1:]] == ["A slogan for tea.", "write 1", "Go on."]


def test_the_last_word_is_the_answer_and_one_prompt_gets_as_many_tokens(catalog_of: Any) -> None:
    rooms: list[int] = []

    def reply(request: Request, draw: random.Random) -> str:
        rooms.append(request.sampling.max_tokens)
        return spoken(request, draw)

    run = ran(catalog_of(reply), setup(WRITER, CRITIC, JUDGE, messages=2, single_prompt=True))
    assert labels(run) == ["Turn 1: Writer", "Turn 2: Critic", "At the end: Judge", "One prompt, as many tokens"]
    written = sum(step.completions[0].completion_tokens for step in run.steps[:-1])
    assert rooms[-1] == written
    assert run.answer == "decide 1"
    assert f"3 messages, {written} tokens; ended after 2 messages" in run.how


@pytest.mark.parametrize(
    ("options", "count", "why"),
    [
        ({"stop_phrase": "fault 1"}, 2, "because Critic said \u201cfault 1\u201d"),
        ({"token_budget": 16}, 7, "because the budget of 16 tokens is spent"),
        ({"messages": 5}, 5, "after 5 messages, the most that were allowed"),
    ],
)
def test_it_ends(catalog_of: Any, options: dict[str, Any], count: int, why: str) -> None:
    run = ran(catalog_of(spoken), setup(**{"messages": 40, **options}))
    assert len(run.steps) == count
    assert why in run.how


def test_it_ends_when_all_agree(catalog_of: Any) -> None:
    def reply(request: Request, _: random.Random) -> str:
        return "The answer is 7." if "Writer: " in request.messages[-1].content or len(request.messages) > 2 else "5"

    run = ran(catalog_of(reply), setup(answer="number", agreement=True, messages=40))
    assert (len(run.steps), run.answer) == (3, "7")
    assert "because all agree" in run.how
    finder = setup({"name": "Finder", "writer": "search"}, WRITER, CRITIC, answer="number", agreement=True)
    found = ran(catalog_of(lambda *_: "7"), replace(finder, task=replace(finder.task, collection="ferry_island")))
    assert (len(found.steps), found.answer) == (3, "7")  # what a search found is no opinion
    same = ran(catalog_of(lambda *_: "Tea!  Now."), setup(agreement=True, messages=40))
    assert (len(same.steps), same.answer) == (2, "Tea!  Now.")


def test_a_message_that_is_only_the_phrase_is_not_the_answer(catalog_of: Any) -> None:
    def reply(request: Request, draw: random.Random) -> str:
        return "approved." if "fault" in system_of(request) else spoken(request, draw)

    run = ran(catalog_of(reply), setup(stop_phrase="APPROVED"))
    assert (len(run.steps), run.answer) == (2, "write 1")
    assert "What Writer said last is the answer." in run.how


def test_silence_ends_it_and_there_is_no_answer(catalog_of: Any) -> None:
    run = ran(catalog_of(lambda *_: " "), setup(messages=40))
    assert (len(run.steps), run.answer) == (2, "")
    assert "Nobody said anything." in run.how


@pytest.mark.parametrize(
    ("named", "speaker"), [("Critic", "Critic"), ("I think the critic.", "Critic"), ("me", "Writer")]
)
def test_a_moderator_chooses_and_where_it_names_nobody_the_next_of_the_round_speaks(
    catalog_of: Any, named: str, speaker: str
) -> None:
    def reply(request: Request, draw: random.Random) -> str:
        return spoken(request, draw) if system_of(request) else named

    run = ran(catalog_of(reply), setup(next_speaker="moderator", messages=1))
    assert labels(run) == ["Who speaks, message 1", f"Turn 1: {speaker}"]
    assert ("named nobody before message 1" in run.how) == (named == "me")
    assert run.steps[0].messages[-1].content.endswith("Reply with one name and nothing else: Writer, Critic.")
    (form, *_) = [prompt.form for prompt in prompts_of(run.setup)]
    assert form
    assert form.written == ("Writer", "Critic")
    assert "label_grammar(one_of)" in transformers_script(run.setup, LocalModel(source=parse_source("a/model"))).write()


def test_by_hand_the_person_names_who_speaks(catalog_of: Any) -> None:
    catalog, asked = catalog_of(spoken), setup(next_speaker="by_hand", messages=3)
    run = ran(catalog, asked)
    assert (labels(run), run.answer) == (["Who speaks, message 1"], "")
    assert "Write a name as the output of \u201cWho speaks, message 1\u201d" in run.how
    wrong = ran(catalog, asked, write(run, "Critic, Nobody"))
    assert "Nobody is called 'Nobody'. Write one of these" in wrong.how
    run = ran(catalog, asked, write(wrong, "Critic, critic"))
    assert labels(run)[1:] == ["Turn 1: Critic", "Turn 2: Critic", "Who speaks, message 3"]
    run = ran(catalog, asked, write(run, ""))
    assert labels(run)[-1] == "Turn 3: Writer"


def test_it_waits_for_the_person_and_goes_on_with_what_is_written(catalog_of: Any) -> None:
    catalog, asked = catalog_of(spoken), setup(WRITER, YOU, messages=3)
    run = ran(catalog, asked)
    assert labels(run) == ["Turn 1: Writer", "Turn 2: Critic"]
    assert run.answer == ""
    assert "It is the turn of Critic, which is you." in run.how
    assert run.steps[1].messages[0].content == "A slogan for tea.\n\nWriter: write 1"
    value = steps_values.steps_value(run)["steps"]
    assert [step["cards"][0]["waits"] for step in value] == [False, True]
    assert answer_values.answer_value(run)["status"] == "Your turn"
    assert value[1]["prompt"]["messages"][0]["who"] == "shown to you"
    gone_on = ran(catalog, asked, write(run, "Shorter."))
    assert gone_on.steps[2].messages[-1].content == "Critic: Shorter."
    assert gone_on.answer == "write 2"
    assert run_from_dict(run_to_dict(gone_on)) == gone_on
    assert read_anew(gone_on, replace(asked, task=replace(asked.task, answer="number"))) is not None


def test_the_person_may_leave_a_message_to_the_model_or_the_conversation(catalog_of: Any) -> None:
    catalog, asked = catalog_of(spoken), setup(WRITER, YOU, messages=2)
    run = ran(catalog, asked)
    by_model = ran(catalog, asked, write(run, ""))
    assert labels(by_model)[1:] == ["Turn 2: Critic", "Turn 2: Critic, by the model"]
    assert by_model.answer == "find fault 1"
    left = ran(catalog, asked, write(run, " Exit "))
    assert (labels(left), left.answer) == (["Turn 1: Writer", "Turn 2: Critic"], "write 1")
    assert "because Critic left" in left.how


def test_an_agent_may_use_its_tools_and_no_others(catalog_of: Any) -> None:
    def reply(request: Request, draw: random.Random) -> str:
        if "Observation: 42" in request.prefill:
            return "So it is 42."
        return "I need it.\nAction: Calculator[6 * 7]\nObservation: 1" if "Action:" in system_of(request) else "Hm."

    clerk = {"name": "Clerk", "system": "You add.", "tools": "calculator"}
    run = ran(catalog_of(reply), setup(WRITER, clerk, messages=2))
    assert labels(run)[1:] == ["Turn 2: Clerk", "Turn 2: Clerk, tool 1", "Turn 2: Clerk, after tool 1"]
    assert run.steps[3].prefix == "I need it.\nAction: Calculator[6 * 7]\nObservation: 42\n"
    assert run.answer == "So it is 42."
    assert "Clock" not in system_of(Request(messages=run.steps[1].messages))


def test_no_agent_speaks_for_another(catalog_of: Any) -> None:
    run = ran(catalog_of(lambda *_: "writer: Tea.\nCritic: Bad.\nWriter: No."), setup(messages=1))
    assert run.answer == "Tea."


def test_agents_have_weights_and_sampling_of_their_own(catalog_of: Any) -> None:
    asked: list[tuple[str, float, int]] = []

    def entry(name: str) -> ModelEntry:
        def reply(request: Request, _: random.Random) -> str:
            asked.append((name, request.sampling.temperature, request.sampling.max_tokens))
            return name

        backend = ScriptedBackend(reply=reply)
        made = lambda _: backend  # noqa: E731
        return ModelEntry(name=name, title=name, kind="scripted", load=made, capabilities=backend.capabilities)

    catalog = Catalog([entry("default"), entry("other")])
    other = {**CRITIC, "model": "other", "temperature": 0.1, "max_tokens": 9}
    run = ran(catalog, setup(WRITER, other, messages=2))
    assert asked == [("default", 0.7, 256), ("other", 0.1, 9)]
    keys = RunKeys(catalog)
    assert keys.column(run.setup) != keys.column(setup(WRITER, {**other, "model": "default"}, messages=2))
    assert 'model="other"' in write_code(run.setup, KINDS["python"], catalog)
    missing = setup(WRITER, {**CRITIC, "model": "gone"})
    with pytest.raises(UnknownModel, match="gone"):
        check_setup(setups.to_dict(missing), catalog)
    with pytest.raises(UnknownModel, match="gone"):
        ran(catalog, missing)


def test_what_another_model_would_ignore_is_refused_before_anything_is_asked(catalog_of: Any) -> None:
    deaf = ScriptedBackend(capabilities=replace(ScriptedBackend().capabilities, sampling=frozenset({"max_tokens"})))
    entry = ModelEntry(name="deaf", title="", kind="scripted", load=lambda _: deaf, capabilities=deaf.capabilities)
    catalog = catalog_of(spoken)
    catalog.add(entry)
    own = setup(WRITER, {**CRITIC, "model": "deaf", "temperature": 0.2})
    with pytest.raises(NotSupported, match="deaf was not seen to honour temperature") as refused:
        ran(catalog, own)
    assert refused.value.path == ("task", "agents", 1, "temperature")
    assert describe_error(refused.value).startswith("\u201cAgents\u201d, row 2, temperature of Critic is 0.2 and would")
    of_all = replace(setup(WRITER, {**CRITIC, "model": "deaf"}), sampling=Sampling(top_p=0.5))
    with pytest.raises(NotSupported, match="deaf was not seen to honour") as refused:
        ran(catalog, of_all)
    assert describe_error(refused.value).startswith(
        "\u201cAgents\u201d, row 2, model of Critic is deaf, and \u201cTop-p\u201d of the setup is 0.5 and would"
    )
    with pytest.raises(NotSupported, match=r"agents.1.model` of Critic is deaf"):
        write_code(of_all, KINDS["python"], catalog)


def test_a_model_that_is_not_there_is_named_with_its_agent(catalog_of: Any) -> None:
    missing = setups.to_dict(setup(WRITER, {**CRITIC, "model": "gone"}))
    with pytest.raises(UnknownModel) as refused:
        check_setup(missing, catalog_of(spoken))
    assert describe_error(refused.value).startswith("\u201cAgents\u201d, row 2, model of Critic: ")


@pytest.mark.parametrize(
    ("agents", "path", "words"),
    [
        ([WRITER], ("task", "agents"), "has 1; a conversation has 2 to 6"),
        ([WRITER, {**CRITIC, "system": " "}], ("task", "agents", 1, "system"), "tell Critic who it is"),
        ([WRITER, {**CRITIC, "name": "writer"}], ("task", "agents", 1, "name"), "this is taken"),
        *(
            ([WRITER, {**CRITIC, "name": name}], ("task", "agents", 1, "name"), "use letters, digits")
            for name in ("A: b", "A\nB", "<b>A</b>", "{A}", " A", "", "1st", "A\u202eB")
        ),
        ([WRITER, {**CRITIC, "tools": "search"}], ("task", "agents", 1, "tools"), "there are no documents"),
        ([JUDGE, {**JUDGE, "name": "Other"}], ("task", "agents"), "nobody who speaks in turn"),
        ([WRITER, JUDGE, {**JUDGE, "name": "Other"}], ("task", "agents"), "one can have the last word"),
    ],
)
def test_agents_that_cannot_converse_are_refused_by_row(agents: Any, path: Any, words: str) -> None:
    asked = setup(*agents)
    with pytest.raises(InvalidSetup, match=words) as refused:
        technique_of(asked).check(asked.task)
    assert refused.value.path == path


@pytest.mark.parametrize(
    "agents", [[WRITER] * 7, [WRITER, {**CRITIC, "temperature": "hot"}], [WRITER, {**CRITIC, "tools": "shell"}]]
)
def test_what_no_agent_can_have_is_refused(agents: Any) -> None:
    with pytest.raises(InvalidSetup, match=r"task\.agents"):
        setup(*agents)


def test_a_person_needs_no_system_message_and_a_phrase_no_spaces_around_it() -> None:
    technique_of(asked := setup(WRITER, {**YOU, "system": ""})).check(asked.task)
    with pytest.raises(InvalidSetup, match="begins or ends with a space"):
        technique_of(spaced := setup(stop_phrase=" ")).check(spaced.task)


def test_who_spoke_to_whom_is_counted_and_told_with_each_message(catalog_of: Any) -> None:
    run = ran(catalog_of(spoken), setup(WRITER, CRITIC, JUDGE, messages=3))
    graph = dialogue_values.graph_value(run)
    assert [(arrow["from"], arrow["to"], arrow["count"]) for arrow in graph["arrows"]] == [
        ("Writer", "Critic", 1), ("Critic", "Writer", 1), ("Writer", "Judge", 1),
    ]  # fmt: skip
    assert [(agent["name"], agent["messages"]) for agent in graph["agents"]] == [
        ("Writer", 2), ("Critic", 1), ("Judge", 1),
    ]  # fmt: skip
    assert steps_values.steps_value(run)["steps"][0]["facts"].startswith("to Critic and Judge \u00b7 ")
    strange = replace(run, setup=setup(WRITER, YOU))
    assert {arrow["to"] for arrow in dialogue_values.graph_value(strange)["arrows"]} <= {"Writer", "Critic"}


def test_a_person_without_a_system_message_may_leave_the_message_to_a_model_of_its_own(catalog_of: Any) -> None:
    catalog = catalog_of(spoken)
    own = ScriptedBackend(reply=lambda *_: "Mine.")
    made = lambda _: own  # noqa: E731
    catalog.add(ModelEntry(name="own", title="", kind="scripted", load=made, capabilities=own.capabilities))
    asked = setup(WRITER, {**YOU, "system": "", "model": "own"}, messages=2)
    run = ran(catalog, asked, write(ran(catalog, asked), ""))
    assert run.answer == "Mine."


@pytest.mark.parametrize(
    ("agents", "options", "path"),
    [
        ([WRITER, YOU], {}, ("task", "agents", 1, "writer")),
        ([WRITER, CRITIC], {"next_speaker": "by_hand"}, ("options", "next_speaker")),
    ],
)
def test_where_nobody_sits_before_it_nobody_is_waited_for(
    catalog_of: Any, agents: Any, options: Any, path: Any
) -> None:
    asked = setup(*agents, **options)
    with pytest.raises(InvalidSetup, match="nobody writes in a comparison or an experiment") as refused:
        [*compare([asked, asked], catalog_of(spoken))]
    assert refused.value.path == path
    *_, (run, other) = compare([asked, setup()], catalog_of(spoken))
    assert (run.status, run.error_path, other.status) == ("failed", path, "done")
    column = {"strategy": "panel", "options": dict(asked.options), "task": {"agents": agents}}
    with pytest.raises(InvalidSetup, match="nobody writes in a comparison or an experiment"):
        experiments.parse({"techniques": [column], "data": {"size": 1}})


def test_a_conversation_that_outgrows_its_window_keeps_all_that_was_said(catalog_of: Any) -> None:
    def reply(request: Request, draw: random.Random) -> str:
        if sum(len(message.content) for message in request.messages) > 200:
            raise PromptTooLong("The prompt has 9,000 tokens; this model reads 8,192.")
        return spoken(request, draw) + " and so on" * 3

    *_, run = runner.run(setup(messages=40), catalog_of(reply))
    assert run.status == "failed"
    assert "The prompt has 9,000 tokens" in run.error
    assert len(run.steps) > 2
    assert all(step.completions[0].text for step in run.steps[:-1])


def test_of_two_a_moderator_is_asked_only_who_begins(catalog_of: Any) -> None:
    run = ran(catalog_of(lambda r, d: spoken(r, d) if system_of(r) else "Critic"), setup(next_speaker="moderator"))
    assert labels(run)[:4] == ["Who speaks, message 1", "Turn 1: Critic", "Turn 2: Writer", "Turn 3: Critic"]
    assert run.calls in technique_of(run.setup).calls(run.setup.task)


def test_a_moderators_prompt_begins_as_the_one_before_it(catalog_of: Any) -> None:
    third = {"name": "Reader", "system": "You read."}
    asked = setup(WRITER, CRITIC, third, next_speaker="moderator", messages=3)
    run = ran(catalog_of(lambda r, d: spoken(r, d) if system_of(r) else "Reader"), asked)
    first, second, *_ = [s.messages[0].content for s in run.steps if s.label.startswith("Who")]
    assert second.startswith(first.partition("(nothing)")[0])
    assert [word in second.rpartition(":")[2] for word in ("Writer", "Critic", "Reader")] == [True, True, False]


def test_an_agent_may_be_the_search_itself(catalog_of: Any) -> None:
    finder = {"name": "Finder", "writer": "search"}
    catalog = catalog_of(lambda request, _: request.messages[-1].content)
    asked = setup(finder, WRITER, messages=3)
    with pytest.raises(InvalidSetup, match="there are no documents") as refused:
        technique_of(asked).check(asked.task)
    assert refused.value.path == ("task", "agents", 0, "writer")
    asked = replace(asked, task=replace(asked.task, collection="ferry_island", input="How many steps has it?"))
    run = ran(catalog, asked)
    assert [(step.label, step.tool, step.messages[-1].content[:22]) for step in run.steps][::2] == [
        ("Turn 1: Finder", "search", "How many steps has it?"),
        ("Turn 3: Finder", "search", run.steps[1].completions[0].text[:22]),
    ]
    assert "Finder: [1] " in run.steps[1].messages[-1].content
    assert run.calls == 1
    assert run.calls in technique_of(asked).calls(asked.task)
    assert steps_values.steps_value(run)["steps"][0]["facts"].startswith("to Writer")
    formed = replace(asked.task, agents=(*asked.task.agents, Agent(name="Last", writer="search", speaks="at_the_end")))
    assert technique_of(asked).why_no_form(formed)


def test_a_long_task_is_not_told_twice(catalog_of: Any) -> None:
    asked = setup(WRITER, JUDGE, messages=1)
    long = replace(asked, task=replace(asked.task, input="tea " * 500))
    assert ran(catalog_of(spoken), long).steps[-1].messages[-1].content.count("tea") == 500
