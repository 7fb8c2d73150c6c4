"""What is pressed or typed right after something else counts: Stop after Run, Run after a preset, the next message."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from folded import AT_REST, PATIENCE, turn_to, unfold, until
from held import RUN_OF, hold_post
from playwright.sync_api import Page, expect

from playground.ui.gate.page import Page as ServedPage
from playground.ui.handlers.one_at_a_time import Stoppable
from playground.ui.run_view import prompt_values

MOON = "Explain to a six-year-old why we see the moon change its shape."


def run_button(page: Page) -> Any:
    return page.get_by_role("button", name="Run", exact=True)


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def page(page_over: Callable[..., Page], catalog_of: Any, asked: list[str]) -> Page:
    def reply(request: Any, _: Any) -> str:
        asked.append(request.messages[-1].content)
        return "word " * 5

    return page_over(catalog_of(reply))


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when Stop has been pressed and the server has looked for the run."""
    stopped, stop = threading.Event(), ServedPage.stop_begun

    def stop_begun(self: Any, *of: Any) -> None:
        stop(self, *of)
        stopped.set()

    monkeypatch.setattr(ServedPage, "stop_begun", stop_begun)
    return stopped


def ask(page: Page, question: str) -> None:
    page.locator("#form textarea").locator("visible=true").first.fill(question)


def stop_at_once(page: Page) -> None:
    run_button(page).click()
    page.get_by_role("button", name="Stop", exact=True).click()


def test_stop_holds_wherever_the_run_is(
    page: Page, asked: list[str], monkeypatch: pytest.MonkeyPatch, stopped: threading.Event
) -> None:
    answer, halts = page.locator("#answer"), ServedPage.halts

    # Before its first news.
    with monkeypatch.context() as patch:
        patch.setattr(prompt_values, "refuse_overlong", lambda *_: stopped.wait(PATIENCE / 1000))
        stop_at_once(page)
        expect(run_button(page)).to_be_enabled()
        expect(answer).to_contain_text("Stopped")
    assert not asked
    run_button(page).click()  # which is another run
    expect(answer).to_contain_text("word word")
    expect(run_button(page)).to_be_enabled()
    assert len(asked) == 1

    # With its first news on their way: the session does not know yet what halts it.
    stopped.clear()

    def halts_late(self: Any, *of: Any) -> None:
        halts(self, *of)
        assert stopped.wait(PATIENCE / 1000)

    with monkeypatch.context() as patch:
        patch.setattr(ServedPage, "halts", halts_late)
        stop_at_once(page)
        expect(page.locator(".answer[data-phase=stopped]")).to_be_visible()
        expect(run_button(page)).to_be_enabled()

    # On its way to the server.
    stopped.clear()
    asked.clear()
    ask(page, "A long question?")
    expect(page.locator("#prompt .pane-body")).to_contain_text("A long question?")
    run, _ = hold_post(page, ["A long question?", RUN_OF], lambda: stop_at_once(page))
    until(page, stopped.is_set)
    run.continue_()
    page.unroute_all()
    expect(page.get_by_text("Stopped while it waited; nothing was asked.")).to_be_visible()
    expect(run_button(page)).to_be_enabled()
    assert not asked
    run_button(page).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert asked == ["A long question?"]


def test_a_run_is_said_to_go_on_and_to_wait_as_long_as_it_does(
    page: Page, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str | None] = []
    waits_for, end = ServedPage.waits_for, Stoppable.__exit__

    def note(self: Any, *of: Any) -> str | None:
        looks.append(waits_for(self, *of))
        return looks[-1]

    # One that the server has not heard of goes on for the page.
    ask(page, "A long question?")
    expect(page.locator("#prompt .pane-body")).to_contain_text("A long question?")
    with monkeypatch.context() as patch:
        patch.setattr(ServedPage, "waits_for", note)
        run, _ = hold_post(page, ["A long question?", RUN_OF], run_button(page).click)
        until(page, lambda: len(looks) > 1)  # the page asks again when it has been answered
        assert looks[0] is None
        expect(run_button(page)).to_be_disabled()
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
        run.continue_()
        page.unroute_all()
        expect(page.locator("#answer")).to_contain_text("word word")
        expect(run_button(page)).to_be_enabled()
    assert len(asked) == 1

    # What one waited for comes from the server after the last news of the run, and is not said any more.
    looked, over = threading.Event(), threading.Event()

    def answer_late(*_: Any) -> str:
        looked.set()
        assert over.wait(PATIENCE / 1000)
        return "Waiting for somebody"

    with monkeypatch.context() as patch:
        patch.setattr(ServedPage, "waits_for", answer_late)
        patch.setattr(prompt_values, "refuse_overlong", lambda *_: looked.wait(PATIENCE / 1000))
        run_button(page).click()
        until(page, lambda: len(asked) == 2)
        expect(page.locator(".answer[data-phase=done]")).to_be_visible()
        expect(run_button(page)).to_be_enabled()
        over.set()
        page.evaluate(AT_REST)
        run_button(page).click()
        until(page, lambda: len(asked) == 3)
        expect(run_button(page)).to_be_enabled()
        expect(page.get_by_text("Waiting for somebody")).to_be_hidden()

    # Run right after the last news of a run is another run.
    def end_late(self: Stoppable, *of: Any) -> None:
        threading.Event().wait(1)  # a busy machine: the answer is on the page, and Gradio does not know of its end
        end(self, *of)

    asked.clear()
    monkeypatch.setattr(Stoppable, "__exit__", end_late)
    for question in ("First?", "Second?"):
        ask(page, question)
        run_button(page).click()
        expect(page.locator("#steps")).to_contain_text(question)
        expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert asked == ["First?", "Second?"]


def test_run_asks_what_the_preset_says_and_a_button_that_is_drawn_anew_while_it_is_pressed_is_pressed_all_the_same(
    page: Page, asked: list[str]
) -> None:
    question = page.locator("#form textarea").locator("visible=true").first
    ask(page, "A question of my own?")
    expect(page.locator("#prompt .pane-body")).to_contain_text("A question of my own?")
    page.evaluate(
        """() => {
          document.querySelector('#presets [data-key="explain"]').click();
          document.querySelector('#run-button').click();
        }"""
    )
    expect(page.locator("#answer")).to_contain_text("word word")
    assert asked == [MOON]
    expect(question).to_have_value(MOON)
    back = page.get_by_role("button", name="Put back")
    expect(back).to_contain_text("A question of my own?")
    back.click()
    expect(question).to_have_value("A question of my own?")
    expect(back).to_have_count(0)

    # Gradio hands a widget its value again at any time, between the two halves of a click too.
    turn_to(page, "Compare")
    panes = page.locator(".pane-row")
    expect(panes.nth(1)).to_be_visible()
    count = panes.count()
    page.get_by_role("button", name="Add a pane", exact=True).click()
    expect(panes).to_have_count(count + 1)
    remove = panes.last.get_by_role("button")
    remove.scroll_into_view_if_needed()
    for there in (False, True):
        page.evaluate(AT_REST)
        remove.hover()
        page.mouse.down()
        page.evaluate("document.dispatchEvent(new Event('offered-models'))")
        if not there:  # what was to be drawn is drawn then, and nothing is removed
            page.mouse.move(1, 1)
        page.mouse.up()
        page.evaluate(AT_REST)
        expect(panes).to_have_count(count + (not there))


HOLDS_ENDS = """
  const ask = window.fetch;
  window.onTheirWay = 0;
  window.fetch = async (input, init) => {
    const post = String(input.url ?? input).includes("/queue/join");
    window.onTheirWay += post;
    const answer = await ask(input, init);
    window.onTheirWay -= post;
    if (!String(input.url ?? input).includes("/queue/data")) return answer;
    const late = new TransformStream({ async transform(chunk, passed) {
      const said = new TextDecoder().decode(chunk).split(/(?=data: .{0,9}close_stream)/);
      for (const part of said) {
        if (part.includes('"close_stream"') && window.holding) await new Promise((goOn) => { window.goOn = goOn; });
        passed.enqueue(new TextEncoder().encode(part));
      }
    } });
    return new Response(answer.body.pipeThrough(late), { headers: answer.headers });
  };"""


def test_what_is_asked_when_the_stream_of_answers_has_just_ended_is_answered(
    page_over: Callable[..., Page], catalog_of: Any
) -> None:
    """Gradio takes a stream for open whose end it has not read yet, and would open none for the new answer."""
    page = page_over(catalog_of())
    page.add_init_script(HOLDS_ENDS)
    page.reload()
    expect(page.locator("#prompt .turn").first).to_be_visible()
    run_button(page).click()  # until a model is there the page asks for it now and then
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    expect(run_button(page)).to_be_enabled()
    question, prompt = page.locator("#form textarea").locator("visible=true").first, page.locator("#prompt .pane-body")
    page.evaluate("window.holding = true")
    question.fill("First?")
    until(page, lambda: page.evaluate("Boolean(window.goOn)"))  # the end of its stream is held, or of the one before
    question.fill("Second?")
    page.evaluate(AT_REST)
    until(page, lambda: not page.evaluate("window.onTheirWay"))
    page.evaluate(AT_REST)
    page.evaluate("window.holding = false, window.goOn()")
    expect(prompt).to_contain_text("Second?")


def test_what_is_typed_while_an_answer_is_on_its_way_stays(page: Page, asked: list[str]) -> None:
    turn_to(page, "Chat")
    message, said = page.get_by_label("Your message"), page.locator("#chat .said")
    message.fill("first")
    send, _ = hold_post(page, ["first", RUN_OF], page.get_by_role("button", name="Send").click)
    message.press_sequentially(" and next")
    send.continue_()
    page.unroute_all()
    expect(said).to_have_count(2)
    expect(said.last).to_contain_text("word word")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    expect(message).to_have_value("first and next")
    page.get_by_role("button", name="Send").click()
    expect(said).to_have_count(4)
    expect(message).to_have_value("")  # nothing was typed since
    assert asked == ["first", "first and next"]

    # A text that the page writes itself, under somebody's hands.
    turn_to(page, "Experiments")
    unfold(page, "As YAML")
    text = page.get_by_label("The whole experiment")
    expect(text).to_have_value(re.compile("title: Six techniques"))
    items = page.get_by_label("Items", exact=True)
    change, _ = hold_post(page, ["title: Six techniques"], lambda: items.fill("3"))
    text.fill("title: Half")
    change.continue_()
    page.unroute_all()
    items.fill("4")
    expect(page.locator("#planning .words").filter(has_text="not used yet")).to_be_visible()
    expect(text).to_have_value("title: Half")
