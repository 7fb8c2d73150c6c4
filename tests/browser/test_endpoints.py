"""Own models on the page: an endpoint is connected, looked at, used beside the default model, and its key stays unseen.

In a real browser against a small server on loopback that asks for a key.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from faulty import KEY, Faulty, Handler, listing, serving
from folded import PATIENCE, again_until, dismiss, turn_to, unfold
from playwright.sync_api import Page, expect

from playground.settings import Settings

Visit = Callable[..., Page]
WRONG = "sk-wrong-zyxwvutsrqponmlkji"
MODELS = [{"id": f"maker/model-{i}"} for i in range(1000)]


def knows(key: str, then: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """Repeats the key that it refuses, as some servers do."""

    def answer(handler: Handler) -> None:
        given = handler.headers.get("authorization", "").removeprefix("Bearer ")
        if given == key:
            then(handler)
        else:
            handler.error(401, f"Incorrect API key provided: {given}")

    return answer


def answers(handler: Handler) -> None:
    """Heeds the seed and the temperature, knows no n and no log-probabilities, and thinks before it answers."""
    asked = handler.seen.body
    hot = asked.get("temperature", 1) > 0 and "seed" not in asked
    handler.begin()
    handler.event({"choices": [{"index": 0, "delta": {"reasoning_content": "Cold food is bad."}}]})
    for word in (f"Number {len(handler.server.seen)}:" if hot else "It", " is", " negative", " again"):
        handler.say(word)
    if "drop the line" in asked["messages"][-1]["content"]:
        handler.drop()
    else:
        handler.end(
            None if "count" in asked["messages"][-1]["content"] else {"prompt_tokens": 42, "completion_tokens": 9}
        )


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        server.models, server.fault = knows(KEY, listing(*MODELS)), knows(KEY, answers)
        yield server


def connect(page: Page, server: Faulty, key: str, name: str = "mine") -> None:
    """Type an endpoint of one's own and press Connect. The panel is open."""
    if page.get_by_label("Provider").input_value() != "Another address":
        page.get_by_label("Provider").click()
        page.get_by_role("option", name="Another address").click()
        expect(page.get_by_label("Base URL")).to_have_value("")
    page.get_by_label("Base URL").fill(server.url)
    page.get_by_role("textbox", name=re.compile("^Name Its models")).fill(name)
    page.locator("#endpoint-key input").fill(key)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#endpoint-key input")).to_have_value("")  # gone, whatever comes of it


def line(page: Page) -> Any:
    return page.locator("#endpoints .load")


def connected(page: Page, server: Faulty) -> None:
    turn_to(page, "Models")
    connect(page, server, KEY)
    expect(line(page)).to_contain_text("mine is connected")


def options(page: Page) -> Any:
    """What an open list offers."""
    return page.locator("ul[role=listbox] [role=option]")


def choose_model(page: Page, words: str, title: str) -> None:
    model, wanted = page.get_by_label("Model", exact=True).first, options(page).filter(has_text=title)

    def search() -> None:
        model.blur()
        model.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(words)

    def take(soon: float) -> None:
        expect(options(page)).to_have_count(1, timeout=soon)
        wanted.click(timeout=soon)

    again_until(search, take)  # the list that comes anew while it is searched is whole again
    expect(page.locator("#header")).to_contain_text(f"{title} \u00b7 ready")


def run(page: Page, phase: str = "done") -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(f".answer[data-phase={phase}]")).to_be_visible()


def test_an_endpoint_is_connected_and_runs_few_shot_beside_the_default_model(
    serve: Any, visit: Visit, catalog_of: Any, server: Faulty
) -> None:
    url = serve(catalog_of())
    page, other = visit(url), visit(url)
    connected(page, server)
    row = lambda feature: page.locator(".checks tr", has=page.get_by_role("cell", name=feature, exact=True))  # noqa: E731
    for feature, works in (
        ("Streams its answer", "yes"),
        ("Seed", "yes"),
        ("Top-k", "no"),
        ("Token probabilities", "no"),
    ):
        expect(row(feature).locator(".works")).to_contain_text(works)
    expect(page.locator("#connected")).to_contain_text("1,000 models")
    page.locator("#connected summary").click()
    page.get_by_label("Find a model of mine").fill("model-77 maker")
    expect(page.locator("#connected .served li")).to_have_count(11)

    turn_to(page, "Playground")
    choose_model(page, "model-777", "maker/model-777 at mine")
    expect(page.locator("#prompt .pane-head")).to_contain_text(re.compile(r"messages \u00b7 about \d+ tokens"))
    unfold(page, "All sampling parameters")
    expect(page.get_by_role("spinbutton", name=re.compile("Top-k"))).to_be_disabled()
    expect(page.locator("#sampling")).to_contain_text("Not sent: maker/model-777 at mine was not seen to honour ")
    run(page)
    expect(page.locator(".answer .text")).to_have_text("Negative")
    expect(page.locator(".metrics")).to_contain_text("42 tokens")
    expect(page.locator("#steps .origin").first).to_have_text("Made by tiny-0.1 @ mine")
    thought = page.locator("#steps .thought")
    expect(thought).to_be_hidden()
    page.get_by_text("Reasoning, before the answer").click()
    expect(thought).to_have_text("Cold food is bad.")
    assert server.seen[-1].body["model"] == "maker/model-777"

    choose_model(page, "Scripted", "Scripted")
    expect(page.locator("#stale")).to_be_visible()
    run(page)
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#steps .output")).to_contain_text("You asked: The room")

    # Another visitor has none of it.
    other.reload()
    expect(other.locator("#prompt .turn").first).to_be_visible()
    other.get_by_label("Model", exact=True).first.click()
    expect(options(other)).to_have_count(1)
    assert "maker/" not in turn_to(other, "Models").locator("body").inner_text()

    turn_to(page, "Playground")
    choose_model(page, "model-777", "maker/model-777 at mine")
    turn_to(page, "Models").get_by_role("button", name="Disconnect mine").click()
    expect(page.locator("#connected section")).to_have_count(0)
    gone = page.get_by_test_id("toast-body").filter(has_text="not there any more")
    expect(gone).to_be_visible()  # beside what an event on its way may say of the model that it still names
    expect(turn_to(page, "Playground").get_by_label("Model", exact=True).first).to_have_value("Scripted")


def test_connecting_is_stopped_counts_of_ours_are_marked_and_a_dropped_line_keeps_what_came(
    serve: Any, visit: Visit, catalog_of: Any, server: Faulty, tmp_path: Path
) -> None:
    page, file = visit(serve(catalog_of())), tmp_path / "mine.yaml"
    file.write_text("title: Mine\nmodel: mine/maker/model-3\ntask: {input: Hi}\n", "utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a YAML file").click()
    chooser.value.set_files(file)
    expect(page.get_by_test_id("toast-body")).to_contain_text("no model named 'mine/maker/model-3'")
    dismiss(page)

    offered, server.models = server.models, lambda handler: handler.stall()
    turn_to(page, "Models")
    connect(page, server, KEY)
    page.get_by_role("button", name="Stop connecting").click()
    expect(line(page)).to_contain_text("Stopped; nothing was connected.")
    assert server.seen[0].gone.wait(PATIENCE / 1000)
    server.models = offered
    connected(page, server)
    turn_to(page, "Playground")
    choose_model(page, "model-1 at", "maker/model-1 at mine")
    question = page.get_by_role("textbox", name=re.compile("^Input The question"))
    question.fill("Do not count this.")
    expect(page.locator("#prompt .turn").last).to_contain_text("Do not count")
    run(page)
    expect(page.locator(".metrics")).to_contain_text(re.compile(r"Output\s*about \d+ tokens"))
    question.fill("Now drop the line.")
    expect(page.locator("#prompt .turn").last).to_contain_text("drop the line")
    run(page, "failed")
    expect(page.locator(".answer .error")).to_contain_text("mine broke off the connection in the middle of its answer")
    expect(page.locator("#steps .output")).to_contain_text("It is negative")
    expect(page.locator("#steps .step")).to_contain_text("broken off")


def test_a_wrong_key_has_a_clear_message_and_no_key_is_anywhere(
    serve: Any,
    visit: Visit,
    catalog_of: Any,
    server: Faulty,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    url = serve(catalog_of())
    page, heard = visit(url), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("response", lambda response: heard.append(response.url + json.dumps(response.headers)))
    turn_to(page, "Models")
    connect(page, server, WRONG)
    expect(line(page)).to_contain_text("mine answered 401")
    expect(line(page)).to_contain_text("(key hidden)")
    expect(line(page)).to_contain_text("Check the key")
    assert WRONG[3:16] not in page.content()
    connect(page, server, KEY)
    expect(line(page)).to_contain_text("mine is connected")
    assert server.seen[-1].headers["Authorization"] == f"Bearer {KEY}"
    turn_to(page, "Playground")
    choose_model(page, "model-3 at", "maker/model-3 at mine")
    run(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as YAML").click()
    saved = Path(download.value.path()).read_text("utf-8")
    assert "model: mine/maker/model-3" in saved

    places = {
        "page": page.content(),
        "boxes": json.dumps(page.eval_on_selector_all("input, textarea", "all => all.map(one => one.value)")),
        "storage": page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"),
        "databases": page.evaluate("async () => JSON.stringify(await indexedDB.databases())"),
        "address": page.evaluate("location.href + JSON.stringify(history.state)"),
        "console": "\n".join(heard),
        "file": saved,
        "log": caplog.text + "".join(capfd.readouterr()),
        "config": urlopen(f"{url}config").read().decode(),
        "temp": "".join(_texts(Path(tempfile.gettempdir()) / "gradio")),
    }
    assert places["page"]
    for place, text in places.items():
        for key in (KEY, WRONG):
            assert key not in text, place
            assert key[3:16] not in text, place


def _texts(folder: Path) -> Iterator[str]:
    """What is in the files of a folder, and their names."""
    for file in folder.rglob("*"):
        yield str(file)
        if file.is_file():
            yield file.read_text("latin-1")


def test_a_shared_server_offers_what_its_operator_listed(
    serve: Any, visit: Visit, catalog_of: Any, server: Faulty
) -> None:
    page = visit(serve(catalog_of(), settings=Settings(port=0, public=True, endpoints=(f"school={server.url}",))))
    turn_to(page, "Models")
    expect(page.get_by_label("Base URL")).to_be_disabled()
    page.get_by_label("Provider").click()
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("school")
    page.keyboard.press("Escape")

    # Strangers can only choose.
    expect(page.locator("#loading")).to_contain_text("it offers what its operator listed")
    for title in ("Load a model", "Load an adapter"):
        expect(page.get_by_text(title, exact=True)).to_have_count(0)
