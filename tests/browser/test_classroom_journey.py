"""A whole assignment, from the code on the board to the files for the school: a teacher and three students."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from test_accessibility import violations

NAMES = ("Ada", "Bo", "Zo\u00eb")


def answer(request: Any, _: Any) -> str:
    """Right where the prompt asks for one word, else too many words."""
    asked = request.messages[-1].content
    return ("positive" if "good" in asked else "negative") if "one word" in asked else "I cannot say."


def save(page: Page, button: str, to: Path) -> str:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.save_as(to)
    return to.read_text("utf-8-sig")


def join(visit: Callable[..., Page], url: str, code: str, name: str) -> Page:
    page = visit(url)
    page.goto(f"{url}#classroom&join={code.replace('-', '')}")
    expect(page.get_by_label("Code on the board")).to_have_value(code.replace("-", ""))
    assert "join" not in page.evaluate("location.hash")
    page.get_by_label("Nickname").fill(name)
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("#class-said")).to_contain_text(f"You are in, {name}")
    return page


def test_an_assignment_from_start_to_export(
    serve: Callable[..., str], visit: Callable[..., Page], catalog_of: Callable[..., Any], tmp_path: Path
) -> None:
    url = serve(catalog_of(answer), anew=True)
    teacher = visit(url)
    teacher.get_by_role("tab", name="Classroom").click()
    teacher.get_by_role("button", name="Start a class").click()
    code = teacher.locator(".class-code").inner_text()
    expect(teacher.locator("#class-invitation .secret")).to_contain_text("shown once")
    expect(teacher.get_by_role("img", name="QR code")).to_be_visible()
    students = [join(visit, url, code, name) for name in NAMES]

    teacher.get_by_role("button", name="Let nobody else join").click()
    expect(teacher.get_by_role("button", name="Let others join")).to_be_visible()
    teacher.reload()  # this window is the teacher's, and the door stays closed
    expect(teacher.get_by_role("img", name="QR code")).to_be_visible()
    expect(teacher.get_by_role("button", name="Let others join")).to_be_visible()

    teacher.locator("#class-take-setup").click()
    expect(teacher.locator("#class-teacher-said")).to_contain_text("Chosen")
    teacher.get_by_label("Items seen").fill("4")
    teacher.get_by_label("Items sealed").fill("3")
    teacher.get_by_role("button", name="Give it to the class").click()
    expect(teacher.locator("#class-teacher-said")).to_contain_text("Given")
    teacher.get_by_label("Message to everybody").fill("<b>Begin</b>")
    teacher.get_by_role("button", name="Send", exact=True).and_(teacher.locator("#class-send")).click()

    for number, student in enumerate(students):
        expect(student.locator("#class-said")).to_contain_text("<b>Begin</b>")
        template = student.get_by_label("Prompt template").and_(student.locator("#class-template textarea"))
        template.fill("Say in one word: {input}" if number else "Say something of {input}")
        student.locator("#class-run").click()
        expect(student.locator("#class-state")).to_contain_text("Score on the 4 items you see")
        student.locator("#class-submit").click()
        expect(student.locator("#class-state")).to_contain_text("Submitted as number 1")
        expect(student.get_by_label("Temperature").and_(student.locator("#class-student input"))).to_be_disabled()
    ada, bo, zoe = students
    ada.get_by_role("button", name="Open in the Playground").click()
    expect(ada.locator("#fixed-parts")).to_contain_text("the rest is fixed")
    asked = ada.locator("#form .of-input textarea").first
    expect(asked).to_have_value("Say something of {{item}}")
    for fixed in (".of-model", ".of-strategy", "#sampling"):
        expect(ada.locator(f"#form {fixed}")).to_have_js_property("inert", True)
    left = ada.locator("#student-line").inner_text()
    asked.fill("Tell in one word: {{item}}")
    ada.get_by_role("button", name="Run", exact=True).click()
    expect(ada.locator(".answer[data-phase=done]")).to_be_visible()
    ada.goto("about:blank")
    ada.goto(url)  # where the Classroom tab is not in sight
    expect(ada.locator("#student-line")).to_contain_text("Tokens left")
    expect(ada.locator("#student-line")).not_to_have_text(left)  # it was charged
    expect(asked).to_have_value("Tell in one word: {{item}}")
    expect(ada.locator("#form .of-model")).to_have_js_property("inert", True)
    ada.get_by_role("link", name="Back to the class").click()
    ada.locator("#class-take").click()
    expect(ada.locator("#class-template textarea")).to_have_value("Tell in one word: {input}")
    ada.locator("#class-template textarea").fill("Say something of {input}")
    bo.evaluate("location.hash = 'classroom&teach=of-another-year'")
    expect(bo.get_by_text("there is a newer link")).to_be_visible()
    expect(bo.locator("#class-template textarea")).to_have_value("Say in one word: {input}")
    bo.reload()  # its place and its work stay, whatever a link brought
    expect(bo.locator("#class-template textarea")).to_have_value("Say in one word: {input}")
    bo.get_by_label("The teacher may show my prompt").check()

    expect(teacher.locator("#class-present")).to_contain_text("Zo\u00eb")
    expect(teacher.locator("#class-prompts ins", has_text="Say").first).to_be_visible()
    expect(teacher.locator("#class-prompts article")).to_have_count(3)
    teacher.get_by_role("button", name="Open the sealed scores").click()
    expect(teacher.locator("#class-teacher-said")).to_contain_text("sealed scores are open")
    for student in students:
        expect(student.locator("#class-board")).not_to_contain_text("Interval")
        expect(student.locator("#class-said")).to_contain_text("score on 3 sealed items")
    teacher.get_by_role("button", name="Show the leaderboard to all").click()
    expect(ada.locator("#class-board")).to_contain_text(re.compile("Bo.*1.3|1.3.*Bo"))
    teacher.get_by_label("Student", exact=True).click()
    teacher.get_by_role("option", name="Bo").click()
    teacher.get_by_role("button", name="Show this prompt to all").click()
    expect(zoe.locator("#class-shown")).to_contain_text("Say in one word")
    found = []
    for page, whose in ((teacher, "teacher"), (zoe, "student")):
        page.evaluate(AXE_SCRIPT)
        found += violations(page, whose)
    assert not found, "\n".join(found)

    scores = [*csv.DictReader(save(teacher, "Scores as CSV", tmp_path / "scores.csv").splitlines())]
    assert [row["nickname"] for row in scores] == [*NAMES]
    assert float(scores[0]["sealed_score"]) <= float(scores[1]["sealed_score"])
    whole = json.loads(save(teacher, "Everything as JSON", tmp_path / "class.json"))
    assert [one["nickname"] for one in whole["submissions"]] == [*NAMES]
    teacher.get_by_label("Only sampling").check()
    teacher.get_by_role("button", name="Give it to the class").click()
    expect(teacher.locator("#class-teacher-said")).to_contain_text("deletes what was done")
    expect(teacher.locator("#class-teacher-said")).to_contain_text("3 submissions")
    teacher.get_by_role("button", name="Give it to the class").click()
    ada.get_by_role("tab", name="Playground").click()
    for part, is_fixed in ((".of-input", True), ("#sampling", False)):  # as in the assignment that is given now
        expect(ada.locator(f"#form {part}").first).to_have_js_property("inert", is_fixed)
    ada.get_by_role("tab", name="Classroom").click()
    ada.get_by_role("button", name="Leave the class").click()
    expect(ada.locator("#student-line")).to_have_text("")
    expect(ada.locator("#form .of-input").first).to_have_js_property("inert", False)
    teacher.get_by_role("button", name="End the class").click()
    expect(bo.locator("#class-said")).to_contain_text("has ended")
    teacher.get_by_role("button", name="delete everything").click()
    expect(teacher.get_by_text("nothing of it is kept on this server")).to_be_visible()
    expect(teacher.get_by_label("Nickname")).to_be_visible()
