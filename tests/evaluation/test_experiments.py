"""Experiments as data and as files: what is written can be read, and what is wrong is named with path and line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import experiments
from playground.evaluation.grid import columns

NAMED = experiments.shipped_experiments()
COT = {"strategy": "chain_of_thought", "name": "Worked", "options": {"form": "few_shot"}, "sampling": {"stop": ["\n"]}}
VOTE = {"strategy": "self_consistency", "options": {"form": "few_shot", "paths": 5}}
EXPERIMENT = {
    "title": "The ladder",
    "about": "Two lines\nof it.",
    "data": {"size": 20, "seed": 3, "shots": 2, "template": "Solve: {input}"},
    "techniques": [{"strategy": "zero_shot"}, COT, VOTE],
    "models": [{}, {"adapter": "pirate", "scale": 0.5}],
    "variants": [{"name": "cold", "sampling": {"temperature": 0}}, {"sampling": {"temperature": 0.9}}],
    "repetitions": 2,
    "sampling": {"max_tokens": 64},
    "scorer": {"name": "numeric"},
}
OWN = {
    "name": "own",
    "shots": 0,
    "answer": "label",
    "labels": ["yes", "no"],
    "items": [{"input": "Is it?", "references": ["yes"]}, {"id": "b", "input": "Or?", "references": ["no"]}],
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**EXPERIMENT, **parts}


def techniques(**last: Any) -> dict[str, Any]:
    return changed(techniques=[{"strategy": "zero_shot"}, {"strategy": "self_consistency", **last}])


@pytest.mark.parametrize("data", [EXPERIMENT, {"techniques": [{}]}, {"techniques": [{}], "data": OWN}])
def test_what_is_written_is_read(data: dict[str, Any]) -> None:
    experiment = experiments.parse(data)
    assert experiments.read_yaml(experiments.write_yaml(experiment)) == experiment
    assert experiments.parse(experiments.to_dict(experiment)) == experiment


def test_the_former_key_of_sampling_variants_is_read_and_the_new_one_written() -> None:
    former = {("draws" if key == "variants" else key): value for key, value in EXPERIMENT.items()}
    experiment = experiments.parse(former)
    assert experiment == experiments.parse(EXPERIMENT)
    text = experiments.write_yaml(experiment)
    assert "\nvariants:" in text
    assert experiments.read_yaml(text.replace("\nvariants:", "\ndraws:")) == experiment


def test_an_error_names_the_key_of_sampling_variants_as_it_stands_in_the_file() -> None:
    text = "techniques:\n  - {}\ndraws:\n  - {sampling: {temperature: 9}}\n"
    with pytest.raises(InvalidSetup) as error:
        experiments.read_yaml(text, "old.yaml")
    assert str(error.value).startswith("old.yaml, line 4: `draws.0.sampling.temperature` is 9; it must be")
    with pytest.raises(InvalidSetup, match="`draws` is the former name of `variants`, which is there too"):
        experiments.parse({"techniques": [{}], "variants": [], "draws": []})


def test_a_file_holds_only_what_differs() -> None:
    text = experiments.write_yaml(experiments.parse({**EXPERIMENT, "seed": 0, "expectations": []}))
    assert "seed: 3" in text
    for default in ("expectations", "scale: 1", "answer", "labels", "items", "null", "seed: 0"):
        assert default not in text


BAD = [
    (3, (), "An experiment is a mapping with the keys title, about"),
    ({}, ("techniques",), "`techniques` is empty"),
    (changed(tecniques=[]), ("tecniques",), "`tecniques` is not known. Known keys: title"),
    (changed(repetitions=0), ("repetitions",), "`repetitions` is 0; it must be a whole number from 1 to 20"),
    (changed(data={"size": 1.5}), ("data", "size"), "`data.size` is 1.5; it must be a whole number from 1 to 10,000"),
    (changed(data={"sise": 5}), ("data", "sise"), "`data.sise` is not known there. Known keys: name, size"),
    (changed(data={"name": "iris"}), ("data", "name"), "`data.name` is 'iris'; it must be one of word_problems"),
    (changed(data={"name": "own"}), ("data", "items"), "`data.items` is empty"),
    (changed(data={"template": "Solve it"}), ("data", "template"), "`data.template` must have {input}"),
    (changed(data={"file": "/etc/passwd"}), ("data", "file"), "`data.file` is for the command line only (python -m"),
    (changed(data={"items": []}), ("data", "items"), "`data.items` is empty; give at least one, or leave it out"),
    (changed(data={"items": [], "shots": 0}), ("data", "items"), "`data.items` is empty; give at least one"),
    (changed(data={"items": None}), ("data", "items"), "`data.items` is empty; it must be a list"),
    (
        changed(data={"name": "own", "shots": 0, "items": [{"id": "a", "input": "x"}] * 2}),
        ("data", "items"),
        "2 items have the id 'a'",
    ),
    (
        changed(data={**OWN, "name": "sentiment"}),
        ("data", "name"),
        "`data.name` is 'sentiment'; there are items besides",
    ),
    (
        changed(data={**OWN, "labels": [True]}),
        ("data", "labels", 0),
        "is True; it must be text; in YAML, put it in quo",
    ),
    (changed(scorer={"name": "magic"}), ("scorer", "name"), "`scorer.name` is 'magic'"),
    (changed(scorer={"options": {"x": 1}}), ("scorer", "options", "x"), "`scorer.options.x` is not known"),
    (
        changed(scorer={"name": "judge", "options": {"mode": "pairwise", "against": "Nobody"}}),
        ("scorer", "options", "against"),
        "`scorer.options.against` is 'Nobody'; the columns are",
    ),
    (techniques(strategy="magic"), ("techniques", 1, "strategy"), "`techniques.1.strategy` is 'magic'; it must be one"),
    (techniques(options={"paths": 99}), ("techniques", 1, "options", "paths"), "`techniques.1.options.paths` is 99"),
    (techniques(options={"pats": 9}), ("techniques", 1, "options", "pats"), "`techniques.1.options.pats` is not known"),
    (techniques(task={"input": "x"}), ("techniques", 1, "task", "input"), "the data has the inputs"),
    (techniques(task={"rolle": "x"}), ("techniques", 1, "task", "rolle"), "`techniques.1.task.rolle` is not known"),
    (techniques(template="{input} {x}"), ("techniques", 1, "template"), "`techniques.1.template` must have {input}"),
    (
        techniques(strategy="role"),
        ("techniques", 1, "task", "role"),
        "`techniques.1.task.role` is empty; role needs it",
    ),
    (
        techniques(sampling={"top_p": 1.5}),
        ("techniques", 1, "sampling", "top_p"),
        "`techniques.1.sampling.top_p` is 1.5; it must be a number from 0 to 1",
    ),
    (techniques(sampling={"seed": 1}), ("techniques", 1, "sampling", "seed"), "every cell has a seed of its own"),
    (changed(sampling={"top_p": "x"}), ("sampling", "top_p"), "`sampling.top_p` is 'x'"),
    (
        changed(variants=[{"sampling": {"temperature": 9}}]),
        ("variants", 0, "sampling", "temperature"),
        "`variants.0.sampling.temperature` is 9; it must be a number from 0 to 2",
    ),
    (changed(models=[{"model": 3}]), ("models", 0, "model"), "`models.0.model` is 3"),
    (
        techniques(strategy="few_shot") | {"data": {"shots": 0}},
        ("techniques", 1, "task", "examples"),
        "`techniques.1.task.examples` is empty",
    ),
    (changed(expectations=[{"column": "Zero"}]), ("expectations", 0, "column"), "no column 'Zero'"),
    (changed(title="\x00"), ("title",), "`title` has a control character"),
]


@pytest.mark.parametrize(("data", "path", "message"), BAD)
def test_what_is_wrong_is_named_with_its_path(data: Any, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        experiments.parse(data)
    assert message in str(caught.value)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("techniques:\n- strategy: zero_shot\n- options: {}\n  strategy: magic\n", "x.yaml, line 4: `techniques.1.str"),
        ("techniques: [{}]\ndata:\n  size: 20\n  shots: many\n", "x.yaml, line 4: `data.shots` is 'many'"),
        ("a: &a [1]\nb: *a", "line 2: aliases"),
        ("techniques: [{}]\nseed: 1\nseed: 2", "x.yaml, line 3: `seed` is there twice"),
        ("techniques: [{}]\ndata:\n  {size: 3, size: 4}", "x.yaml, line 3: `size` is there twice"),
        ("seed: 1" + ":1" * 500_000, "x.yaml, line 1: a number of 1,000,001 characters"),  # else minutes
        ("a: [" + "1," * 250_000 + "]", "x.yaml, line 1: more than 200,000 values"),
        ("a: [1", "x.yaml, line 1: not readable"),
        ("- 1", "x.yaml, line 1: an experiment is a mapping with the keys title"),
        ("title: " + "x" * 1_100_000, "x.yaml is larger than 1024 KB"),
        ("techniques: [{}]\ndata: {file: mine.csv}", "x.yaml, line 2: `data.file` is for the command line only"),
    ],
)
def test_a_file_names_the_line(text: str, message: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        experiments.read_yaml(text, "x.yaml")
    assert message in str(caught.value)


def test_too_many_cells_are_refused_with_their_number() -> None:
    many = changed(data={"size": 10_000})
    with pytest.raises(LimitReached, match="240,000 cells; 100,000 is the most"):
        experiments.parse(many)
    few = experiments.parse(EXPERIMENT)
    with pytest.raises(LimitReached, match=r"480 cells; 100 is the most \(PLAYGROUND_MAX_CELLS\)"):
        experiments.check_size(few, 100, "PLAYGROUND_MAX_CELLS")


def test_too_much_text_is_refused() -> None:
    items = [{"input": "x" * 200_000} for _ in range(101)]
    with pytest.raises(LimitReached, match="20,200,000 characters in all"):
        experiments.parse({"techniques": [{}], "data": {"name": "own", "shots": 0, "items": items}})


def test_the_items_come_from_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("question,right\nTwo and two?,4\nTwo and three?,5\n")
    columns = "{input: question, reference: right}"
    text = f"techniques: [{{}}]\ndata: {{file: mine.csv, columns: {columns}, answer: number, shots: 0}}"
    experiment = experiments.read_yaml(text, folder=tmp_path)
    assert [(item.input, item.references) for item in experiment.data.items] == [
        ("Two and two?", ("4",)),
        ("Two and three?", ("5",)),
    ]
    assert (experiment.data.name, experiment.data.size) == ("own", 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{file: gone.csv}", "line 2: `data.file` cannot be read"),
        ("{file: 3}", "line 2: `data.file` must be the name of a file"),
        ("{file: mine.csv, items: []}", "without `data.items`"),
        ("{file: mine.csv, columns: [a]}", "`data.columns` must name columns"),
        ("{file: mine.csv, columns: {input: nothing}}", "nothing"),
        ("{file: mine.csv, skip_bad: 1}", "`data.skip_bad` is 1; it must be true"),
        ("{file: mine.csv, labels: [1]}", "`data.labels` must be a list of texts; put .* in quotes"),
        ("{file: mine.csv, name: sentiment, shots: 0}", "`data.name` is 'sentiment'; there are items besides"),
        (
            '{file: mine.csv, columns: {input: question, reference: right}, labels: ["5"]}',
            "line 2 has the label '4', which is none of 5",
        ),
        ('{file: "a\\0"}', "cannot be read"),
    ],
)
def test_a_file_of_items_that_cannot_be_used_is_named(tmp_path: Path, data: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text("question,right\nTwo and two?,4\n")
    with pytest.raises(InvalidSetup, match=message):
        experiments.read_yaml(f"techniques: [{{}}]\ndata: {data}", folder=tmp_path)


def test_bad_rows_are_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("input,reference\nGood,yes\nBad,maybe\n")
    text = "techniques: [{}]\ndata: {file: mine.csv, answer: label, labels: ['yes'], shots: 0, skip_bad: true}"
    assert [item.input for item in experiments.read_yaml(text, folder=tmp_path).data.items] == ["Good"]


def test_items_of_ones_own_count_as_cells_only_where_they_are_asked() -> None:
    items = [{"input": str(n), "references": ["1"]} for n in range(60)]
    few = experiments.parse({"techniques": [{}], "data": {"name": "own", "shots": 10, "size": 30, "items": items}})
    experiments.check_size(few, 30)
    with pytest.raises(LimitReached, match="has 50 cells"):
        experiments.check_size(replace(few, data=replace(few.data, size=60)), 49)


@pytest.mark.parametrize(
    ("parts", "labels"),
    [
        ({"techniques": [{}, {"strategy": "few_shot"}]}, ["Zero-shot", "Few-shot"]),
        ({"techniques": [{"name": "Plain"}]}, ["Plain"]),
        (
            {"techniques": [VOTE, {**VOTE, "options": {"form": "few_shot", "paths": 7}}]},
            ["Self-consistency (form few_shot, paths 5)", "Self-consistency (form few_shot, paths 7)"],
        ),
        ({"techniques": [{}, {}, {"name": "Zero-shot 2"}]}, ["Zero-shot", "Zero-shot 2", "Zero-shot 2 2"]),
        (
            {"techniques": [{}], "models": [{}, {"adapter": "pirate"}, {"model": "m", "adapter": "a", "scale": 0.5}]},
            ["Zero-shot · default", "Zero-shot · default + pirate", "Zero-shot · m + a × 0.5"],
        ),
        (
            {"techniques": [{}], "variants": [{}, {"name": "cold"}, {"sampling": {"top_p": 0.5, "temperature": 0.2}}]},
            ["Zero-shot · as it is", "Zero-shot · cold", "Zero-shot · top p 0.5, temperature 0.2"],
        ),
    ],
)
def test_columns_have_names_that_tell_them_apart(parts: dict[str, Any], labels: list[str]) -> None:
    assert [column.label for column in columns(experiments.parse(parts))] == labels


@pytest.mark.parametrize("key", NAMED)
def test_every_experiment_that_comes_with_it_can_be_taken_away(key: str) -> None:
    experiment = NAMED[key]
    assert experiments.read_yaml(experiments.write_yaml(experiment)) == experiment
    assert experiment.about


def test_a_json_schema_may_be_written_as_yaml() -> None:
    text = "techniques: [{}]\nscorer: {name: json_schema, options: {schema: {type: object, required: [a]}}}\n"
    found = experiments.read_yaml(text)
    assert found.scorer.options["schema"] == '{"type": "object", "required": ["a"]}'
    assert experiments.read_yaml(experiments.write_yaml(found)) == found


def test_what_a_file_is_read_as_and_what_is_left_out_of_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "mine.csv").write_bytes("input,label\nGr\xfc\xdfe aus K\xf6ln,1\nb,\nc,\nd,2\n".encode("cp1252"))
    written = "techniques: [{}]\ndata: {file: mine.csv, skip_bad: true, shots: 0}"
    assert len(experiments.read_yaml(written, "x.yaml", folder=tmp_path).data.items) == 2
    assert "mine.csv: 2 rows left out; the first is line 3, which has nothing in the column 'label'." in caplog.text
    assert "mine.csv: read as cp1252, for it is not UTF-8." in caplog.text
