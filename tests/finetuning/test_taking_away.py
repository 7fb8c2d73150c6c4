"""What a training left is taken away: with a card that says all, merged into its base, and put into a hub."""

import ast
import io
import logging
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import yaml
from huggingface_hub import HfApi
from local_hub import local_hub
from peft import LoraConfig
from trained_here import ROWS, trained

from playground.backends.packaged_models import default_model as default_entry
from playground.backends.sources import ModelSource
from playground.errors import EndpointFailed, InvalidSetup, LimitReached, NotSupported, TrainingFailed
from playground.finetuning.__main__ import main
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.held_out.judging import HeldOutResult
from playground.finetuning.held_out.kept import FILE, write_held_out
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.methods import METHODS
from playground.finetuning.objectives.preferences import SLOWER
from playground.finetuning.preparation.rows import PreferenceRow, messages_of
from playground.finetuning.probes.figures import ProbeResult, compare_shares
from playground.finetuning.probes.kept import write_probes
from playground.finetuning.recipe_files import read_recipe
from playground.finetuning.taking_away import packing, publish_command, trl_command
from playground.finetuning.taking_away.card import base_name, card_text, write_card
from playground.finetuning.taking_away.card_sections import recipe, recipe_used
from playground.finetuning.taking_away.publishing import publish
from playground.finetuning.taking_away.trl_script import write_script

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
PROBE = ProbeResult(
    name="x", title="Forgetting", figures=(compare_shares("s", [True] * 3, [False] * 3),), sentence="It forgot.",
    limits="Little.",
)  # fmt: skip


@pytest.fixture(scope="module")
def lora(base: Path, tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return trained(base, tmp_path_factory.mktemp("trainings"))


def test_the_card_has_all_that_is_known(lora: JobFolder, base: Path) -> None:
    write_probes(lora.result, (PROBE,))
    write_card(lora)
    _, head, text = (lora.result / "README.md").read_text("utf-8").split("---\n", 2)
    assert yaml.safe_load(head) == {
        "library_name": "peft", "pipeline_tag": "text-generation", "tags": ["prompt-playground", "lora"],
    }  # fmt: skip
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Recipe", "Data", "Base", "How it went", "Forgetting", "Limits", "Use",
    ]  # fmt: skip
    assert "# Numbers &#91;in&#93; words\n" in text  # a title is no link
    assert "| Learning rate | 0.02 |" in text  # as the form calls it
    assert not re.search(r"\| (Beta|Temperature) \|", text)  # there are no preferences, and nobody teaches
    assert re.search(r"\| learned \| 4 \| `[0-9a-f]{64}` \|", text)
    assert re.search(r"\| sealed for the end \| 1 \| `[0-9a-f]{64}` \|", text)
    assert re.search(r"Tiny \(\S+\), whose files have the digest `[0-9a-f]{12}`", text)
    assert "On 1 row sealed for the end the loss is" in text
    assert re.search(r"Validation loss \d+\.\d{3} before the first step", text)
    assert "It forgot." in text
    assert "What the answers are worth is not known: none was scored." in text
    assert str(base.parent) not in text  # a place on a disk is nobody's business
    assert read_recipe((lora.result / "recipe.yaml").read_text()) == lora.read_job().recipe
    assert huggingface_hub.ModelCard.load(lora.result / "README.md").data.library_name == "peft"


def test_a_learning_rate_that_was_left_open_is_told_as_it_was_taken(lora: JobFolder) -> None:
    job = lora.read_job()
    opened = replace(job, recipe=replace(job.recipe, rate=None))
    assert recipe_used(opened, lora.read_rows()[0]).rate == METHODS["lora"].rate
    pair = PreferenceRow(messages=(), chosen="a", rejected="b")
    assert f"| Learning rate | {METHODS['lora'].rate * SLOWER:g} |" in recipe(opened, [pair])


def test_the_limits_tell_of_scores_where_there_are_some(lora: JobFolder) -> None:
    result = HeldOutResult(title="Numbers", scorer="Exact", digest="a", scores=(), sentences=())
    write_held_out(lora.result, result)
    try:
        assert "is what was measured above, on these items, and nothing else." in card_text(lora)
    finally:
        (lora.result / FILE).unlink()


def test_what_peft_does_not_read_is_not_said_to_be_its(base: Path, tmp_path: Path) -> None:
    card = card_text(trained(base, tmp_path, "bottleneck"))
    assert "library_name" not in card
    assert "PeftModel" not in card
    assert "PEFT has no such adapter" in card


def test_the_card_names_the_numbers_that_preferences_and_a_teacher_read(lora: JobFolder) -> None:
    job = lora.read_job()
    pair = PreferenceRow(messages=messages_of("One?"), chosen="yes", rejected="no")
    assert "| Beta | 0.1 |" in recipe(job, [pair])
    taught = replace(job, recipe=replace(job.recipe, instruction="Be brief.", temperature=2.0))
    assert "| Temperature | 2.0 |" in recipe(taught, ROWS)
    by_teacher = recipe(replace(job, teacher=job.source, teacher_title="Tiny + [words]"), ROWS)
    assert "| Temperature | 1.0 |" in by_teacher
    assert "Its teacher, whose probabilities it learned: Tiny + &#91;words&#93;." in by_teacher
    assert "Beta" not in recipe(taught, ROWS)


def test_the_base_is_called_what_the_hub_calls_it() -> None:
    assert base_name(ModelSource(kind="packaged", place=default_entry().name)) == default_entry().published
    assert base_name(ModelSource(kind="hub", place="org/name", revision="main")) == "org/name"
    assert base_name(ModelSource(kind="folder", place="/somewhere/name")) == ""


def test_a_card_that_cannot_be_written_is_told_without_a_path(lora: JobFolder, tmp_path: Path) -> None:
    copied = JobFolder(tmp_path)
    (tmp_path / "job.json").write_bytes((lora.path / "job.json").read_bytes())
    with pytest.raises(TrainingFailed, match="The card cannot be kept with what was learned: No such file") as caught:
        write_card(copied)
    assert str(tmp_path) not in str(caught.value)


def test_adapter_and_card_are_one_archive(lora: JobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(io.BytesIO(packing.pack(lora))) as archive:
        assert {"README.md", "recipe.yaml", "adapter_config.json", "adapter_model.safetensors"} <= {*archive.namelist()}
        assert archive.read("README.md").decode() == card_text(lora)
    monkeypatch.setattr(packing, "MOST", 1000)
    with pytest.raises(LimitReached, match="What was learned has 0 MB, more than"):
        packing.pack(lora)


# ------------------------------------------------------------------------------------------- script for TRL
def test_a_script_has_the_recipe_and_its_rows(lora: JobFolder, tmp_path: Path) -> None:
    """What it asks of PEFT is asked of it here; TRL's own part is run against TRL by hand, for it is not installed."""
    assert main(["script", str(lora.path), "--into", str(tmp_path / "new")]) == 0
    text = (tmp_path / "new" / "train.py").read_text("utf-8")
    given = {
        (call.func.id, one.arg): ast.unparse(one.value)
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        for one in call.keywords
    }
    assert given["SFTConfig", "max_steps"] == "4"
    assert given["SFTConfig", "learning_rate"] == "0.02"
    assert given["SFTConfig", "completion_only_loss"] == "True"
    config = eval(given["SFTTrainer", "peft_config"], {"LoraConfig": LoraConfig})
    kept = LoraConfig.from_pretrained(lora.result)
    assert all(getattr(config, name) == getattr(kept, name) for name in ("r", "lora_alpha", "target_modules"))
    assert (tmp_path / "new" / "rows.jsonl").read_bytes() == (lora.path / "rows.jsonl").read_bytes()
    assert (tmp_path / "new" / "validation.jsonl").exists()
    assert str(lora.path.parent) not in text
    with pytest.raises(TrainingFailed, match="cannot be written: File exists"):
        trl_command.run([str(lora.path), "--into", str(tmp_path / "new")])


@pytest.mark.parametrize("method", METHODS)
def test_a_script_is_written_for_what_trl_trains_and_else_says_why_not(lora: JobFolder, method: Any) -> None:
    job = lora.read_job()
    job = replace(
        job, recipe=replace(job.recipe, method=method), source=ModelSource(kind="hub", place="a/b", revision="v1")
    )
    if method in ("bottleneck", "prompt_tuning", "prefix_tuning"):
        with pytest.raises(NotSupported, match="LoRA, IA3 and full can"):
            write_script(job, pairs=False, looks=True)
        return
    text = write_script(job, pairs=True, looks=False)
    compile(text, "train.py", "exec")
    assert 'else "a/b"' in text
    assert text.count('revision="v1"') == 2
    assert "DPOTrainer(" in text
    assert "beta=0.1" in text
    assert "validation.jsonl" not in text
    assert ("torch.float32" in text) == (method == "full")


def test_what_a_teacher_taught_is_no_script(lora: JobFolder) -> None:
    job = lora.read_job()
    for other in (replace(job, teacher=job.source), replace(job, recipe=replace(job.recipe, instruction="Be brief."))):
        with pytest.raises(NotSupported, match="no trainer for what a teacher or an instruction taught"):
            write_script(other, pairs=False, looks=True)
    with pytest.raises(NotSupported, match="a head on an encoder"):
        write_script(replace(job, head=HeadPlan()), pairs=False, looks=True)


# ---------------------------------------------------------------------------------------------- publishing
def test_it_is_published_and_the_token_is_nowhere(
    lora: JobFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    arguments = ["publish", str(lora.path), "--to", "me/words"]
    with local_hub() as hub:
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api(hub.address))
        assert main(arguments) == 0
        assert not hub.made  # nothing is sent unless one says so
        assert "Nothing was sent. Add --yes to send these" in capsys.readouterr().out
        assert main([*arguments, "--yes"]) == 0
        assert f"Published: {hub.address}/me/words/commit/1" in (said := capsys.readouterr()).out
        assert hub.made[0]["visibility"] == "private"
        assert hub.files["README.md"].decode() == card_text(lora)
        assert hub.files["adapter_model.safetensors"] == (lora.result / "adapter_model.safetensors").read_bytes()
        assert hub.tokens == {"Bearer hf_secret"}
        hub.status = 403
        assert main([*arguments, "--yes"]) == 2
        refused = capsys.readouterr()
        assert "The hub does not let this token write to me/words (403). Set HF_TOKEN" in refused.err
    written = [path.read_bytes() for path in lora.path.rglob("*") if path.is_file()]
    assert not any(b"hf_secret" in content for content in written)
    assert "hf_secret" not in f"{said}{refused}{caplog.text}"


def api(address: str) -> HfApi:
    return HfApi(endpoint=address, token="hf_secret")


def test_what_cannot_be_published_is_said(lora: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    for arguments, words in [
        ([str(lora.path), "--to", "words"], "`to` is 'words'; it must be OWNER/NAME"),
        ([str(tmp_path), "--to", "me/words"], "holds no weights as safetensors with a README.md"),
        ([str(lora.path), "--to", "me/words", "--yes"], "There is no token to publish with. Set HF_TOKEN"),
    ]:
        with pytest.raises(InvalidSetup, match=words):
            publish_command.run(arguments)
    with pytest.raises(EndpointFailed, match="The hub cannot be reached"):
        publish(lora.result, "me/words", api("http://127.0.0.1:9"), private=True)
