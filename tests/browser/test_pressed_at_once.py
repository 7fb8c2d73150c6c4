"""What is pressed right after something else counts: Stop after Run, Run after a preset, and what a preset replaced."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from folded import AT_REST, PATIENCE, turn_to, until
from playwright.sync_api import Page, Route, expect

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


def stop_at_once(page: Page) -> None:
    run_button(page).click()
    page.get_by_role("button", name="Stop", exact=True).click()


def test_stop_holds_for_a_run_that_has_not_shown_itself_yet(
    page: Page, asked: list[str], monkeypatch: pytest.MonkeyPatch, stopped: threading.Event
) -> None:
    monkeypatch.setattr(
        prompt_values, "refuse_overlong", lambda *_: stopped.wait(PATIENCE / 1000)
    )  # before its first news
    stop_at_once(page)
    expect(run_button(page)).to_be_enabled()
    expect(page.locator("#answer")).to_contain_text("Stopped")
    assert not asked
    run_button(page).click()  # which is another run
    expect(page.locator("#answer")).to_contain_text("word word")
    assert len(asked) == 1


def test_stop_holds_for_a_run_whose_first_news_are_on_their_way(
    page: Page, monkeypatch: pytest.MonkeyPatch, stopped: threading.Event
) -> None:
    """The session does not know yet what halts it."""
    halts = ServedPage.halts

    def halts_late(self: Any, *of: Any) -> None:
        halts(self, *of)
        assert stopped.wait(PATIENCE / 1000)

    monkeypatch.setattr(ServedPage, "halts", halts_late)
    stop_at_once(page)
    expect(page.locator("#answer")).to_contain_text("Stopped")
    expect(run_button(page)).to_be_enabled()


def test_stop_holds_for_a_run_that_comes_to_the_server_after_it(
    page: Page, asked: list[str], stopped: threading.Event
) -> None:
    page.locator("#form textarea").locator("visible=true").first.fill("A long question?")
    expect(page.locator("#prompt .pane-body")).to_contain_text("A long question?")
    on_their_way: list[Route] = []

    def hold(route: Route) -> None:
        on_their_way.append(route) if "A long question?" in (route.request.post_data or "") else route.continue_()

    page.route("**/queue/join*", hold)
    stop_at_once(page)
    until(page, stopped.is_set)
    (run,) = on_their_way
    run.continue_()
    page.unroute("**/queue/join*")
    expect(page.get_by_text("Stopped while it waited; nothing was asked.")).to_be_visible()
    expect(run_button(page)).to_be_enabled()
    assert not asked
    run_button(page).click()
    expect(page.locator("#answer")).to_contain_text("word word")
    assert len(asked) == 1


def test_run_right_after_the_last_news_of_a_run_is_another_run(
    page: Page, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Stoppable.__exit__

    def end_late(self: Stoppable, *of: Any) -> None:
        threading.Event().wait(1)  # a busy machine: the answer is on the page, and Gradio does not know of its end
        end(self, *of)

    monkeypatch.setattr(Stoppable, "__exit__", end_late)
    for question in ("First?", "Second?"):
        page.locator("#form textarea").locator("visible=true").first.fill(question)
        run_button(page).click()
        expect(page.locator("#steps")).to_contain_text(question)
        expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert asked == ["First?", "Second?"]


def test_run_asks_what_the_preset_says_and_what_it_replaced_is_put_back(page: Page, asked: list[str]) -> None:
    question = page.locator("#form textarea").locator("visible=true").first
    question.fill("A question of my own?")
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


@pytest.mark.parametrize("let_go", ["there", "elsewhere"])
def test_a_button_that_is_drawn_anew_while_it_is_pressed_is_pressed_all_the_same(page: Page, let_go: str) -> None:
    """Gradio hands a widget its value again at any time, between the two halves of a click too."""
    turn_to(page, "Compare")
    panes = page.locator(".pane-row")
    expect(panes.nth(1)).to_be_visible()
    count = panes.count()
    page.get_by_role("button", name="Add a pane", exact=True).click()
    expect(panes).to_have_count(count + 1)
    remove = panes.last.get_by_role("button")
    remove.scroll_into_view_if_needed()
    page.evaluate(AT_REST)
    remove.hover()
    page.mouse.down()
    page.evaluate("document.dispatchEvent(new Event('offered-models'))")
    if let_go == "elsewhere":  # what was to be drawn is drawn then, and nothing is removed
        page.mouse.move(1, 1)
        page.mouse.up()
        page.evaluate(AT_REST)
        expect(panes).to_have_count(count + 1)
        remove.click()
    else:
        page.mouse.up()
    expect(panes).to_have_count(count)
