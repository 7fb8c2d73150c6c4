"""A class against a real server, by what its pages post: nobody sees another's words, a key, or a sealed score."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients import http_client
from posting import Visitor

from playground.classroom import assignment as assignments
from playground.classroom import codes
from playground.classroom.seats import find_member
from playground.classroom.store import ClassStore
from playground.settings import Settings
from playground.ui.app import build_app, launch_options
from playground.ui.classroom import opening
from playground.ui.classroom.opening import LINK_FILE, open_class

EXPERIMENT = {"data": {"name": "sentiment"}, "techniques": [{"name": "Plain"}]}
STUDENTS = 30


@dataclass(frozen=True)
class Person:
    """Somebody at the Classroom tab; `heard` is all that the server ever told them, and `begun` which assignment their
    fields were filled for."""

    visitor: Visitor
    heard: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=lambda: [""])
    begun: list[float] = field(default_factory=lambda: [0.0])

    def do(self, button: str | int, event: Any = None, **values: Any) -> str:
        """Press it."""
        own = {"class-place": self.place[0], "class-begun": self.begun[0]}
        said = self.visitor.ask(button, event=event, **{**own, **values})
        self.heard.append(said)
        begun = self._came(button, said, "class-begun")
        self.begun[0] = begun if isinstance(begun, float) else self.begun[0]
        return said

    def enter(self, button: str, event: Any = None, **values: Any) -> str:
        """The same, of what gives a place."""
        said = self.do(button, event, **values)
        self.place[0] = self._came(button, said, "class-place") or ""
        return said

    def _came(self, button: str | int, said: str, elem_id: str) -> Any:
        """What came for this part of the page."""
        number = button if isinstance(button, int) else self.visitor.handler(button)
        outputs = self.visitor.app.fns[number].outputs
        data = (json.loads(said.splitlines()[-1]) or {}).get("data") or []
        return dict(zip([box.elem_id for box in outputs], data, strict=False)).get(elem_id)


@dataclass(frozen=True)
class School:
    """A server for a class, with its operator's files."""

    app: Any
    url: str
    settings: Settings
    clients: list[httpx.Client]

    def person(self) -> Person:
        self.clients.append(http_client(self.url))
        self.clients[-1].get("/").raise_for_status()
        return Person(Visitor(self.app, self.clients[-1], f"person{len(self.clients)}"))

    def teacher(self) -> Person:
        link = (self.settings.store_file.parent / LINK_FILE).read_text()
        teacher = self.person()
        teacher.enter("arrive", {"teacher": link.strip().partition("teach=")[2], "seat": "", "code": ""})
        return teacher

    def student(self, name: str) -> Person:
        student = self.person()
        student.enter("class-join", **{"class-code": self.code, "class-nickname": name})
        assert student.place[0], student.heard
        return student

    @property
    def code(self) -> str:
        return ClassStore.from_settings(self.settings).classes.all()[0].code


@pytest.fixture(scope="module")
def open_school(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], School]]:
    schools: list[School] = []

    def start(folder: Path, *, public: bool = True) -> School:
        store = str(folder / "store.sqlite")
        settings = Settings(port=0, public=public, classroom=public, cache=folder, store=store)
        app = build_app(settings, catalog_of(lambda request, rng: rng.choice(["positive", "negative"])))
        options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
        url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1").rstrip("/")
        assert "teach=" not in (open_class(settings, url) if public else "")
        schools.append(School(app, url, settings, []))
        return schools[-1]

    yield start
    for school in schools:
        for client in school.clients:
            client.close()
        school.app.close()


@pytest.fixture(scope="module")
def school(open_school: Callable[[Path], School], tmp_path_factory: pytest.TempPathFactory) -> School:
    opened = open_school(tmp_path_factory.mktemp("school"))
    store = ClassStore.from_settings(opened.settings)
    given = assignments.parse({"experiment": EXPERIMENT, "seen": 2, "sealed": 2})
    assert store.classes.all()[0].state.title == "Class"
    teacher = opened.teacher()
    assert "Given." in give(teacher, given)
    return opened


def give(teacher: Person, given: assignments.Assignment) -> str:
    experiment = _experiment(assignments.write_yaml(given))
    filled = {"class-text": experiment, "class-seen": given.seen, "class-sealed": given.sealed}
    said = teacher.do("class-give", **filled)
    return teacher.do("class-give", **filled) if "press again" in said else said


def _experiment(text: str) -> str:
    import yaml

    return str(yaml.safe_dump(yaml.safe_load(text)["experiment"]))


def test_thirty_students_and_nobody_sees_anothers_words_nor_a_sealed_score(school: School) -> None:
    teacher = school.teacher()
    students = {number: school.student(f"Student {number}") for number in range(STUDENTS)}
    for number, student in students.items():
        values = {"class-template": f"MARK{number:03}X is this good? {{input}}", "class-role": f"MARK{number:03}X"}
        assert "Score on the 2 items" in student.do("class-run", **values)
        assert "Submitted as number 1" in student.do("class-submit", **values)
    assert "2 of 2" not in teacher.do("class-pause")
    teacher.do("class-pause")
    opened = teacher.do("class-open-sealed")
    assert "sealed scores are open" in opened
    (room,) = ClassStore.from_settings(school.settings).classes.all()
    assert all(one.sealed for one in ClassStore.from_settings(school.settings).work.submissions_of(room.id))
    for number, student in students.items():
        student.do("arrive", {"teacher": "", "seat": student.place[0], "code": ""})
        heard = "\n".join(student.heard)
        assert {*re.findall(r"MARK\d{3}X", heard)} == {f"MARK{number:03}X"}
        assert teacher.place[0] not in heard
        assert not any(other.place[0] in heard for other in students.values() if other is not student)
        before = "\n".join(student.heard[:-1])
        assert "score on 2 sealed items" in student.heard[-1]
        assert "score on 2 sealed" not in before
    assert {*re.findall(r"MARK\d{3}X", "\n".join(teacher.heard))} == {f"MARK{n:03}X" for n in range(STUDENTS)}
    by_class = school.clients[0].get("/config").text + school.clients[0].get("/").text
    assert "MARK" not in by_class
    assert room.code not in by_class


def test_a_student_does_nothing_of_the_teachers(school: School) -> None:
    student = school.student("Curious")
    for button in ("class-give", "class-pause", "class-open-sealed", "class-show-board", "class-end", "class-delete"):
        said = student.do(button, **{"class-text": _experiment("experiment: {techniques: [{}]}")})
        assert "for the teacher of a class" in said, button
    for handler in (
        *("save_class_csv", "save_class_json", "renew_link", "free", "remove_student", "close_door", "project"),
        "watch_class",
    ):
        number = next(
            key
            for key, fn in student.visitor.app.fns.items()
            if fn.fn and fn.name == handler and "ui.classroom" in fn.fn.__module__
        )
        said = student.visitor.ask(number, **{"class-place": student.place[0]})
        assert "for the teacher of a class" in said, handler
    assert not ClassStore.from_settings(school.settings).classes.all()[0].state.ended


def test_what_a_student_asks_in_other_tabs_uses_the_same_tokens(school: School) -> None:
    student, store = school.student("Wanderer"), ClassStore.from_settings(school.settings)
    (member,) = [m for m in store.members.of_class(1) if m.nickname == "Wanderer"]
    student.do("run-button")
    used = store.members.of(member.id)
    assert used
    assert used.tokens > 0
    assert "Tokens left: 1" in student.do("follow_class")
    store.members.use_tokens(member.id, 200_000)
    # The same browser, whose Classroom tab is not open.
    reloaded = replace(student, visitor=student.visitor.again(), place=["a place that is not known"])
    assert "tokens are used up" in reloaded.do("run-button")
    ended = reloaded.do("experiment-button")
    assert "tokens are used up" in ended
    assert "Stopped" in ended
    assert "was given up" not in ended  # as it would be said of the model
    reloaded.do("follow_class")
    reloaded.do("arrive", {"teacher": "", "seat": "", "code": ""})
    assert "tokens are used up" in reloaded.do("run-button")
    for stranger in (school.person(), school.teacher()):
        assert "used up" not in stranger.do("run-button")
    secret = student.place[0]
    assert find_member(store, secret)
    student.do("leave")
    assert find_member(store, secret) is None  # else the place would be worked on, and nothing charged
    assert "used up" not in student.do("run-button")
    assert "Tokens left" not in student.do("follow_class")  # it asked before, and is heard after
    assert "used up" not in student.do("run-button")
    assert "used up" not in replace(student, visitor=student.visitor.again().again()).do("run-button")


def test_a_browser_has_one_place_and_one_budget_and_finds_it_again_after_leaving(school: School) -> None:
    student, store = school.student("Twice"), ClassStore.from_settings(school.settings)
    (member,) = [m for m in store.members.of_class(1) if m.nickname == "Twice"]
    store.members.use_tokens(member.id, 200_000)
    another = {"class-code": school.code, "class-nickname": "Somebody else"}
    assert "has a place in this class already, as \u201cTwice\u201d" in student.do("class-join", **another)
    student.do("leave")
    assert "has a place in this class already" in student.do("class-join", **another)
    student.enter("class-join", **{**another, "class-nickname": "twice"})
    seat = find_member(store, student.place[0])
    assert seat
    assert seat.member == store.members.of(member.id)
    assert "tokens are used up" in student.do("run-button")
    store.members.remove(member.id)  # by the teacher, for whoever comes next
    student.enter("class-join", **another)
    assert student.place[0], student.heard


def test_a_program_without_a_cookie_does_not_fill_a_class(open_school: Callable[..., School], tmp_path: Path) -> None:
    school = open_school(tmp_path)
    program = http_client(school.url)
    school.clients.append(program)
    robot = Person(Visitor(school.app, program, "robot"))
    most = codes.NEW_PLACES[0]
    for n in range(most):
        robot.do("class-join", **{"class-code": school.code, "class-nickname": f"Robot {n}"})
    said = robot.do("class-join", **{"class-code": school.code, "class-nickname": "One more"})
    assert "Too many have joined" in said
    assert len(ClassStore.from_settings(school.settings).members.of_class(1)) == most


def test_a_new_teachers_link_stands_in_the_file_of_the_one_before(
    open_school: Callable[..., School], tmp_path: Path
) -> None:
    school = open_school(tmp_path)
    before = (tmp_path / LINK_FILE).read_text()
    school.teacher().do("renew_link")
    assert (tmp_path / LINK_FILE).read_text() != before
    assert school.teacher().place[0]


def test_what_a_student_sees_is_of_the_assignment_that_is_given_now(
    open_school: Callable[..., School], tmp_path: Path
) -> None:
    school = open_school(tmp_path)
    teacher = school.teacher()
    given = assignments.parse({"experiment": EXPERIMENT, "seen": 2, "sealed": 2})
    give(teacher, given)
    student = school.student("Ada")
    template = {"class-template": "Good? {input}"}
    assert "Score on the 2 items" in student.do("run_assignment", **template)
    reloaded = Person(student.visitor.again())
    reloaded.enter("arrive", {"teacher": "", "seat": student.place[0], "code": ""})
    assert "Score on the 2 items" in reloaded.heard[-1]
    unrun = student.do("submit_assignment", **{"class-template": "Bad? {input}"})
    assert "Submitted as number 1" in unrun
    assert student._came("submit_assignment", unrun, "class-results") == []  # what stood there is of another prompt
    again = student.do("submit_assignment", **{"class-template": "Bad? {input}"})
    assert "what you submitted as number 1" in again
    filled = {"class-text": _experiment(assignments.write_yaml(given)), "class-seen": 2, "class-sealed": 2}
    assert "deletes what was done" in teacher.do("class-give", **filled)
    assert ClassStore.from_settings(school.settings).work.submissions_of(1)
    assert "Given." in teacher.do("class-give", **filled)
    assert ClassStore.from_settings(school.settings).work.submissions_of(1) == []
    news = student.do("follow_class")
    results, state = (student._came("follow_class", news, name) for name in ("class-results", "class-state"))
    assert results["value"] == []
    assert state["value"]["text"] == ""
    for box, label in (("class-seen", "Items seen"), ("class-minutes", "Minutes, 0 is no end")):
        assert f"\u201c{label}\u201d is -5" in teacher.do("class-give", **{**filled, box: -5})
    template = student.do("run_assignment", **{"class-template": "Good?"})
    assert "\u201cPrompt template\u201d must have {input}" in template
    teacher.do("class-end")
    assert "has ended" in teacher.do("class-give", **filled)


def test_others_are_told_an_address_at_which_they_reach_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opening.host_for_others(Settings()) == ""
    assert opening.host_for_others(Settings(host="0.0.0.0", proxies=("10.0.0.0/8",))) == ""
    assert "localhost" not in opening.host_for_others(Settings(host="0.0.0.0"))
    monkeypatch.setattr(opening, "host_for_others", lambda settings: "192.0.2.7")
    settings = Settings(host="0.0.0.0", public=True, cache=tmp_path, store=str(tmp_path / "store.sqlite"))
    assert "http://192.0.2.7:7860/#classroom&join=" in opening.open_class(settings, "http://localhost:7860/")


def test_at_home_a_student_who_begins_a_class_is_still_a_student(
    open_school: Callable[..., School], tmp_path: Path
) -> None:
    home, given = open_school(tmp_path, public=False), assignments.parse({"experiment": EXPERIMENT, "seen": 2})
    teacher, store = home.person(), ClassStore.from_settings(home.settings)
    teacher.enter("class-start")
    give(teacher, given)
    student = home.student("Ada")
    asked = {"model": "default", "messages": [{"role": "user", "content": "Hello"}]}
    for way in (
        lambda: student.do("run-button"),
        lambda: student.visitor.client.post("/v1/chat/completions", json=asked).text,  # a program with the cookie
    ):
        give(teacher, given)  # of which the student's page has not heard
        assert "used up" not in way()
        (member,) = store.members.of_class(1)
        assert member.tokens > 0
        store.members.use_tokens(member.id, 200_000)
        assert "tokens are used up" in way()
    for visitor in (student.visitor.again(), student.visitor):
        own = Person(visitor)
        own.enter("class-start")
        assert "Tokens left: 0" in own.heard[-1]
        assert "tokens are used up" in own.do("run-button")
    trying = Person(teacher.visitor.again())
    trying.enter("class-join", **{"class-code": home.code, "class-nickname": "The teacher"})
    store.members.use_tokens(store.members.of_class(1)[-1].id, 200_000)
    assert "tokens are used up" in trying.do("run-button")
    again = Person(trying.visitor.again())
    again.enter("arrive", {"teacher": teacher.place[0], "seat": trying.place[0], "code": ""})
    for page in (teacher, again):
        assert "used up" not in page.do("run-button")


def test_a_plan_or_what_a_lesson_tries_becomes_an_assignment_for_a_teacher_alone(school: School) -> None:
    teacher, student = school.teacher(), school.student("Not a teacher")
    app = teacher.visitor.app
    named = {name: [key for key, fn in app.fns.items() if fn.name == name] for name in ("give_plan", "give_trial")}
    receive = next(
        key
        for key, fn in app.fns.items()
        if fn.name == "receive" and any(box.elem_id == "class-text" for box in fn.outputs)
    )
    for (handler,) in named.values():
        teacher.visitor.ask(handler)
        assert "Chosen" in teacher.do(receive)
        student.visitor.ask(handler)
        assert "for the teacher of a class" in student.do(receive)


def test_wrong_codes_are_refused_and_then_slowed_down(school: School) -> None:
    guesser, _ = school.person(), school.student("Taken")
    for _ in range(5):
        said = guesser.do("class-join", **{"class-code": "ABCD-EFGH", "class-nickname": "Eve"})
        assert "no class with this code" in said
    said = guesser.do("class-join", **{"class-code": school.code, "class-nickname": "Eve"})
    assert "Too many wrong codes or names from you" in said
    prober = school.person()
    for _ in range(5):
        assert "choose another" in prober.do("class-join", **{"class-code": school.code, "class-nickname": "Taken"})
    said = prober.do("class-join", **{"class-code": school.code, "class-nickname": "Free"})
    assert "Too many wrong codes or names from you" in said
    assert school.student("Not Eve").place[0]


def test_a_link_brings_nobody_into_a_students_place(school: School) -> None:
    student, tricked = school.student("Mallory"), school.person()
    said = tricked.enter("arrive", {"teacher": student.place[0], "seat": "", "code": ""})
    assert "not known here" in said
    assert '"forget": ["teacher"]' in said
    assert not tricked.place[0]
    victim = school.student("Victim")
    own = victim.place[0]
    said = victim.enter("arrive", {"teacher": student.place[0], "seat": own, "code": ""})
    assert "you are Victim" in said
    assert "That link is not known" in said
    assert victim.place[0] == own


def test_a_place_that_is_gone_says_nothing_of_the_teachers_link_that_was_opened(school: School) -> None:
    teacher = school.person()
    said = teacher.enter("arrive", {"teacher": school.teacher().place[0], "seat": "of-last-year", "code": ""})
    assert teacher.place[0]
    assert '"forget": ["seat"]' in said
    assert "link is not known" not in said


def test_the_link_to_join_is_drawn_for_its_teacher_and_nothing_else_is(school: School) -> None:
    teacher, link = school.teacher(), {"link": f"{school.url}/#classroom&join={school.code}"}
    assert "data:image/svg+xml" in teacher.do("draw_invitation", link)
    for stranger in (school.person(), school.student("Drawing")):
        assert "for the teacher of a class" in stranger.do("draw_invitation", link)
    assert "must be an address" in teacher.do("draw_invitation", {"link": "javascript:alert(1)"})
    assert "400" in teacher.do("draw_invitation", {"link": f"https://{'x' * 500}"})


def test_a_teacher_closes_the_door_and_removes_a_student(school: School) -> None:
    teacher, student = school.teacher(), school.student("Troll")
    store = ClassStore.from_settings(school.settings)
    assert "Let others join" in teacher.do("class-close-door")
    late = school.person()
    assert "lets nobody else join" in late.do("class-join", **{"class-code": school.code, "class-nickname": "Late"})
    teacher.do("class-close-door")
    (member,) = [m for m in store.members.of_class(1) if m.nickname == "Troll"]
    assert "are deleted" in teacher.do("class-remove", **{"class-who": member.id})
    assert "not known here any more" in student.do("follow_class")


def test_markup_in_a_message_stays_text_and_a_projected_prompt_needs_consent(school: School) -> None:
    teacher = school.teacher()
    give(teacher, assignments.parse({"experiment": EXPERIMENT, "seen": 2, "sealed": 2}))
    student = school.student("Consenting")
    student.do("class-submit", **{"class-template": "<b>MINE</b> {input}"})
    store = ClassStore.from_settings(school.settings)
    (member,) = [m for m in store.members.of_class(1) if m.nickname == "Consenting"]
    assert "has not agreed" in teacher.do("class-project", **{"class-who": member.id})
    other = school.student("Other")
    number = student.visitor.handler("agree")
    student.visitor.ask(number, **{"class-place": student.place[0], "class-consent": True})
    assert "Shown to everybody" in teacher.do("class-project", **{"class-who": member.id})
    assert "<b>MINE</b>" in other.do("follow_class")
    student.visitor.ask(number, **{"class-place": student.place[0], "class-consent": False})
    assert "<b>MINE</b>" not in other.do("follow_class")


def test_a_class_goes_on_after_the_server_was_started_anew(
    open_school: Callable[[Path], School], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = open_school(tmp_path)
    teacher, student = first.teacher(), first.student("Ada")
    give(teacher, assignments.parse({"experiment": EXPERIMENT, "seen": 2, "sealed": 0}))
    for button in ("class-run", "class-submit"):  # of fields that nobody has seen filled yet
        assert "another assignment now" in student.do(button, **{"class-template": "KEPT {input}"})
    student.do("follow_class")
    assert "Submitted" in student.do("class-submit", **{"class-template": "KEPT {input}"})
    link = (first.settings.store_file.parent / LINK_FILE).read_text()
    again = open_school(tmp_path)
    now = (again.settings.store_file.parent / LINK_FILE).read_text()
    assert now == link.replace(first.url, again.url) != link  # the same secret at today's address
    back = replace(again.person(), place=[student.place[0]])
    assert "KEPT {input}" in back.do("arrive", {"teacher": "", "seat": student.place[0], "code": ""})
    assert "Score on the 2 items" in back.do("class-run", **{"class-template": "KEPT {input}"})
    teacher = again.teacher()
    assert "not known" not in teacher.heard[-1]
    assert "End the class first" in teacher.do("class-delete")
    teacher.do("class-end")
    assert "has ended" in back.do("class-submit", **{"class-template": "KEPT {input}"})
    assert "is deleted" in teacher.do("class-delete")
    for told, said in ((back.do("follow_class"), "join with the code"), (teacher.do("watch_class"), "for the teacher")):
        assert said in told
        assert '"active": false' in told  # once, and not again at every tick
    assert not [path for path in tmp_path.iterdir() if b"KEPT" in (path.read_bytes() if path.is_file() else b"")]
    secrets = (teacher.place[0], student.place[0], link.strip().partition("teach=")[2])
    written = "".join(capfd.readouterr())
    assert not [one for one in secrets if one and one in written]
