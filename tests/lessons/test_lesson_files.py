"""Lesson files: what is read of them, what is refused with its line, translations, and folders of one's own."""

from pathlib import Path

import pytest
from made_lesson import BODY, GERMAN, HEAD, OF_EXPERIMENT, written

from playground.errors import InvalidSetup, PlaygroundError
from playground.lessons.reading import read_lesson
from playground.lessons.shelf import MOST, languages, open_shelf, read_folder


def test_a_lesson_has_its_three_texts_its_trial_and_its_claims(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path))
    assert lesson.about == "Say it with words."
    assert lesson.take_away.splitlines()[0] == "## What to take away"
    assert lesson.for_teacher.endswith("Five minutes.")
    assert lesson.trial.names == ("Politely", "Bluntly")
    assert [claim.contains for claim in lesson.facts.expect] == ["yes"]


def test_of_an_experiment_the_ways_are_its_columns(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path, head=OF_EXPERIMENT))
    assert lesson.trial.names == ("Few-shot", "Role")
    assert lesson.trial.experiment
    assert lesson.trial.experiment.data.size == 4


@pytest.mark.parametrize(
    ("head", "wrong", "message"),
    [
        (OF_EXPERIMENT, ("{of: Role, at_least: 1}", '{of: Role, lacks: "yes"}'), "`choice_holds.0.lacks` "),
        (OF_EXPERIMENT, ("{of: Role, at_least: 1}", "{of: Role, like: Few-shot}"), "`choice_holds.0.like` "),
        (OF_EXPERIMENT, ("measure: tokens, at", "measure: words, at"), "`expect.0.measure` is 'words'; "),
        (OF_EXPERIMENT, ("measure: right, low", "measure: agreement, low"), "`amount_of.measure` is 'agreement'; "),
        (HEAD, ('Bluntly, lacks: "yes"', "Bluntly, at_most: 3"), "`choice_holds.1.measure` is 'right'; "),
        (HEAD, ("measure: words, low", "measure: right, low"), "`amount_of.measure` is 'right'; it must be one of "),
    ],
)
def test_what_its_trial_does_not_give_cannot_be_claimed(
    tmp_path: Path, head: str, wrong: tuple[str, str], message: str
) -> None:
    assert wrong[0] in head
    with pytest.raises(InvalidSetup) as told:
        read_lesson(written(tmp_path, head=head.replace(*wrong)))
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("minutes: 5", "minutes: 0"), "one.md, line 3: `minutes` is 0; it must be a whole number from 1 to 120."),
        (("weights: abc", "wieghts: abc"), "one.md, line 4: `wieghts` is not known there."),
        (("{temperature: 0}}\n    B", "{temprature: 0}}\n    B"), "line 7: `try.setups.Politely.sampling.temprature`"),
        (("Please say yes.\"}", "Please say yes.\"}, preset: nothing"), "one.md, line 7: `try.setups.Politely.preset`"),
        (("  setups:", "  chat:"), "one.md, line 5: `try` must be a mapping with either setups or experiment."),
        (("of: Politely, contains", "of: Rudely, contains"), "line 17: `expect.0.of` is 'Rudely'; it must be one of"),
        ((", contains: \"yes\"}\nquestion", "}\nquestion"), "line 17: `expect.0` claims nothing; give one of"),
        (("  - {of: Bluntly, lacks: \"yes\"}\n", ""), "`choice_holds` must be 2 claims, one for each of `choices`."),
        (("right_answer: 2", "right_answer: 5"), "`right_answer` is 5; there are 2 answers."),
        (("why: Both were obeyed.", "why: ''"), "`why` must not be empty."),
        (("amount_of:", "# amount_of:"), "`amount` and `amount_of` belong together: give both or none."),
        (("title: Two", "title: *all Two"), "line 2: aliases (*name) are not allowed here"),
        (("title: Two", "title: [[[[[[[[[[[[[[[[ Two"), "nested more than 12 levels deep; a lesson is not."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, wrong: tuple[str, str], message: str) -> None:
    assert wrong[0] in HEAD
    with pytest.raises(PlaygroundError) as told:
        read_lesson(written(tmp_path, head=HEAD.replace(*wrong)))
    assert message in str(told.value)
    assert str(told.value).startswith("one.md, line ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "one.md is empty, or larger than 64 KB; a lesson is neither."),
        ("x" * 70_000, "one.md is empty, or larger than 64 KB; a lesson is neither."),
        ("# A lesson", "one.md, line 1: a lesson begins with ---, then its head in YAML, then ---, then its text."),
        (f"---\n{HEAD}---\nNo heading.\n", "there must be two headings that begin with ##"),
        (f"---\n{HEAD}---\n{BODY}\n## One more\n", "there are 3."),
        (f"---\n{HEAD}---\n## First\n\n## Second\n", "the lesson has no text before its first heading."),
    ],
)
def test_what_is_no_lesson_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "one.md"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidSetup) as told:
        read_lesson(path)
    assert message in str(told.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_bytes(b"---\n\xff\xfe\n---\n")
    with pytest.raises(InvalidSetup, match=r"one\.md cannot be read"):
        read_lesson(tmp_path / "one.md")


def test_a_translation_has_the_texts_and_shares_all_else(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path / "de", head=GERMAN)
    written(tmp_path, name="two")
    shelf = read_folder(tmp_path, tmp_path / "de")
    assert shelf.lessons["one"].texts.title == "Zwei Bitten"
    assert shelf.lessons["one"].translated
    assert shelf.lessons["one"].facts == shelf.lessons["two"].facts
    assert shelf.lessons["two"].texts.title == "Two ways to ask"
    assert not shelf.lessons["two"].translated


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (('["Beiden", "Nur der höflichen"]', '["Beiden"]'), "`choices` must have 2 entries, as the original has."),
        (("amount: Wie", "# amount: Wie"), "`amount` must be there where the original has it, and only there."),
        (("why:", "minutes: 7\nwhy:"), "de/one.md, line 8: `minutes` is not known there."),
    ],
)
def test_a_translation_that_is_wrong_is_told_and_the_original_stands_in(
    tmp_path: Path, wrong: tuple[str, str], message: str
) -> None:
    written(tmp_path)
    written(tmp_path / "de", head=GERMAN.replace(*wrong))
    shelf = read_folder(tmp_path, tmp_path / "de")
    assert shelf.lessons["one"].texts.title == "Two ways to ask"
    assert message in shelf.problems[0]


def test_lessons_of_ones_own_follow_and_a_broken_one_leaves_the_others(tmp_path: Path) -> None:
    written(tmp_path, name="01-mine")
    written(tmp_path, name="02-broken", head=HEAD.replace("minutes: 5", "minutes: many"))
    written(tmp_path / "fr", name="01-mine", head=GERMAN)
    shelf = open_shelf("fr", tmp_path)
    *shipped, own = shelf.lessons.values()
    assert own.key == "own 01-mine"
    assert own.translated
    assert shipped
    assert not any(lesson.translated for lesson in shipped)
    assert [problem.split(":")[0] for problem in shelf.problems] == ["02-broken.md, line 3"]
    assert {"en", "fr"} <= set(languages(tmp_path))


def test_more_lessons_than_are_read_and_a_folder_that_is_not_there_are_told(tmp_path: Path) -> None:
    for at in range(MOST + 1):
        written(tmp_path, name=f"{at:03}")
    shelf = read_folder(tmp_path)
    assert len(shelf.lessons) == MOST
    assert shelf.problems == (f"{tmp_path.name} has {MOST + 1} lessons; the first {MOST} are read.",)
    assert read_folder(tmp_path / "none").problems == ("There is no folder none with lessons.",)


def test_the_lessons_that_come_with_it_are_there_in_german_with_every_way_named() -> None:
    shelf = open_shelf("de")
    assert shelf.problems == ()
    for lesson in shelf.lessons.values():
        assert lesson.translated, lesson.key
        assert set(lesson.texts.names) == set(lesson.trial.names), lesson.key
