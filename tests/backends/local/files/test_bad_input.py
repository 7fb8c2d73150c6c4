"""What cannot be loaded: one message that names the file and the reason, nothing loaded half, and the app goes on."""

import json
import shutil
import struct
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from folders import edit_config, save_adapter, save_model
from safetensors.torch import load_file, save_file
from transformers import BertConfig, ViTConfig

from playground import setups
from playground.backends import commands, sources
from playground.backends.catalog import Catalog
from playground.backends.local import entries
from playground.backends.memory import MemoryBudget
from playground.errors import InvalidSetup, PlaygroundError
from playground.running import runner
from playground.settings import Settings

SETTINGS = Settings(precision="float32")
Make = Callable[[Path, Path], Any]


def finish(loading: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("models") / "base", "llama", tokenizer)


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters") / "pirate"
    save_adapter(folder, base, peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    return folder


@pytest.fixture(scope="module")
def catalog(base: Path) -> Catalog:
    made = Catalog(budget=MemoryBudget(50_000_000))
    finish(commands.load_model(made, SETTINGS, str(base), "tiny"))
    return made


def without(name: str) -> Make:
    return lambda folder, _: (folder / name).unlink()


def write(name: str, text: str) -> Make:
    return lambda folder, _: (folder / name).write_text(text)


def pickled(folder: Path, _: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut(name: str, left: int) -> Make:
    return lambda folder, _: (folder / name).write_bytes((folder / name).read_bytes()[:left])


def half(name: str) -> Make:
    return lambda folder, _: cut(name, (folder / name).stat().st_size // 2)(folder, _)


def configured(**changes: Any) -> Make:
    return lambda folder, _: edit_config(folder, **changes)


def emptied(folder: Path, _: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "notes.txt").write_text("not a model")


def without_a_tensor(folder: Path, _: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.norm.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def in_pieces(folder: Path, _: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "../../etc/passwd"}}
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def another(config: Any) -> Make:
    def make(folder: Path, _: Path) -> None:
        (folder / "config.json").write_text(json.dumps({**config.to_dict(), "architectures": [f"{type(config)}"]}))

    return make


def with_an_adapter(folder: Path, base: Path) -> None:
    """transformers reads an adapter beside a model into it: the base pane would show the tuned model."""
    save_adapter(folder, base, peft.LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM"))


def with_a_strange_shape(folder: Path, _: Path) -> None:
    header = b'{"a": {"dtype": "F8_X", "shape": ["q"], "data_offsets": [0, 4]}}'
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"0000")


def large(folder: Path, _: Path) -> None:
    save_file({"weight": torch.zeros(5000, 5000)}, folder / "model.safetensors")


BAD_MODELS: dict[str, tuple[Make, str]] = {
    "no model": (emptied, r"models/broken holds no model: there is no config.json"),
    "a pickle": (pickled, r"holds pytorch_model.bin but no \*.safetensors; such files can run code"),
    "no weights": (without("model.safetensors"), r"holds no model.safetensors, so there are no weights"),
    "truncated": (
        half("model.safetensors"),
        r"model.safetensors is truncated or no safetensors file: .* not fully covered",
    ),
    "a header cut off": (cut("model.safetensors", 100), r"model.safetensors is truncated or no safetensors"),
    "not safetensors": (
        write("model.safetensors", "x" * 200),
        r"model.safetensors is truncated or no safetensors file",
    ),
    "a shape that is none": (with_a_strange_shape, r"model.safetensors is truncated or no safetensors file"),
    "an empty file": (write("model.safetensors", ""), r"model.safetensors is truncated or no safetensors file"),
    "a missing tensor": (without_a_tensor, r"weights in .*broken are incomplete: model.norm.weight"),
    "a part that leads out": (in_pieces, r"index.json names ../../etc/passwd, which is not in that folder"),
    "a config that is no JSON": (write("config.json", "{"), r"broken/config.json cannot be read"),
    "a config that is a list": (write("config.json", "[]"), r"broken/config.json is not a JSON object"),
    "an unknown architecture": (configured(model_type="brain"), r"config.json: the architecture 'brain' is not known"),
    "code of its own": (
        configured(model_type="brain", auto_map={"AutoModel": "model.Brain"}),
        r"brings code of its own, which is not run",
    ),
    "a kernel from elsewhere": (configured(attn_implementation="someone/kernel"), r"asks for code from elsewhere"),
    "one for a part of it": (configured(attn_implementation={"": "a/kernel"}), r"`attn_implementation.`: 'a/kernel'"),
    "weights that it names itself": (
        configured(transformers_weights="adapter_model.bin"),
        r"config.json names a file of weights itself \(`transformers_weights`\)",
    ),
    "an adapter in the model's folder": (with_an_adapter, r"broken holds an adapter .* a folder of its own"),
    "an architecture that is no name": (configured(model_type=[]), r"architecture '\[\]' is not known"),
    "a quantised one": (configured(quantization_config={"quant_method": "gptq"}), r"quantised \(gptq\)"),
    "a model of images": (another(ViTConfig()), r"answers no text; language models and task models do"),
    "an encoder": (another(BertConfig()), r"answers no text; language models and task models do"),
    "another shape": (configured(hidden_size=32), r"cannot be read|not whole"),
    "more than fits": (large, r"needs 100 MB of memory; .* of the 50 MB for models is left. Unload 'tiny'"),
}


@pytest.mark.parametrize("case", BAD_MODELS)
def test_a_bad_model(case: str, catalog: Catalog, base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "broken"
    shutil.copytree(base, folder)
    make, message = BAD_MODELS[case]
    make(folder, base)
    before = catalog.models()
    with pytest.raises(PlaygroundError, match=message) as raised:
        finish(commands.load_model(catalog, SETTINGS, str(folder)))
    assert len(str(raised.value).splitlines()) < 8
    assert_as_before(catalog, before)


def to_half(folder: Path, _: Path) -> None:
    half("adapter_model.safetensors")(folder, _)


def weights(change: Callable[[dict[str, Any]], Any]) -> Make:
    def make(folder: Path, _: Path) -> None:
        tensors = load_file(folder / "adapter_model.safetensors")
        changed = change(tensors)
        save_file(tensors if changed is None else changed, folder / "adapter_model.safetensors")

    return make


def with_nan(tensors: dict[str, Any]) -> None:
    next(iter(tensors.values()))[0, 0] = float("nan")


def for_wider(tensors: dict[str, Any]) -> dict[str, Any]:
    return {k: torch.zeros(4, 99) if "lora_A" in k else v for k, v in tensors.items()}


def for_deeper(tensors: dict[str, Any]) -> dict[str, Any]:
    return {k.replace("layers.0", "layers.40"): v for k, v in tensors.items()}


def other_alone(tensors: dict[str, Any]) -> None:
    tensors.pop(next(name for name in tensors if "lora_A" in name))


def alone(tensors: dict[str, Any]) -> None:
    tensors.pop(next(name for name in tensors if "lora_B" in name))


def picked(folder: Path, _: Path) -> None:
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")


BAD_ADAPTERS: dict[str, tuple[Make, str]] = {
    "no adapter": (without("adapter_config.json"), r"holds no adapter: there is no adapter_config.json"),
    "a pickle": (picked, r"holds adapter_model.bin but no \*.safetensors"),
    "no weights": (without("adapter_model.safetensors"), r"holds no adapter_model.safetensors"),
    "truncated": (to_half, r"adapter_model.safetensors is truncated"),
    "another rank": (
        configured(r=16),
        r"adapter_config.json says rank 16 for model.layers.0.self_attn.q_proj; .* rank 4",
    ),
    "rank 0": (configured(r=0), r"ranks and alphas must be numbers above 0"),
    "NaN": (weights(with_nan), r"adapter_model.safetensors: .*lora_A.weight has values that are not finite"),
    "a wider base": (
        weights(for_wider),
        r"is for another base: its .* is 4 x 99, and .*q_proj of this model is 64 x 64",
    ),
    "a deeper base": (weights(for_deeper), r"is for another base: this model has no module model.layers.40"),
    "one matrix of two": (weights(alone), r"is not one of two matrices of a LoRA"),
    "the other of two": (weights(other_alone), r"lora_B.weight is not one of two matrices of a LoRA"),
    "patterns that are none": (configured(rank_pattern=[1]), r"rank_pattern and alpha_pattern must be JSON objects"),
    "a task": (configured(task_type="SEQ_CLS"), r"for the task 'SEQ_CLS'"),
    "an unknown kind": (configured(peft_type="MAGIC"), r"adapters of type 'MAGIC' cannot be used"),
    "one that routes": (configured(peft_type="XLORA"), r"adapters of type 'XLORA' cannot be used"),
    "altered base weights": (configured(init_lora_weights="pissa"), r"trained on weights altered by pissa"),
    "virtual tokens that are not there": (
        configured(peft_type="PROMPT_TUNING", num_virtual_tokens=5),
        r"does not hold the 5 virtual tokens",
    ),
    "a merged kind with other tensors": (
        configured(peft_type="LOHA"),
        r"has a tensor for which this model has no place",
    ),
}


@pytest.mark.parametrize("case", BAD_ADAPTERS)
def test_a_bad_adapter(case: str, catalog: Catalog, adapter: Path, base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(adapter, folder)
    make, message = BAD_ADAPTERS[case]
    make(folder, base)
    before = catalog.models()
    with pytest.raises(PlaygroundError, match=message) as raised:
        finish(commands.load_adapter(catalog, SETTINGS, "tiny", str(folder)))
    assert "broken" in str(raised.value)
    assert_as_before(catalog, before)


def assert_as_before(catalog: Catalog, before: Any) -> None:
    now = catalog.models()
    assert [(m.name, m.loaded, m.adapters, m.details) for m in now] == [
        (m.name, m.loaded, m.adapters, m.details) for m in before
    ]
    setup = setups.parse({"model": "tiny", "task": {"input": "the cat"}, "sampling": {"max_tokens": 3, "seed": 1}})
    *_, run = runner.run(setup, catalog)
    assert run.status == "done"


def test_a_folder_of_an_adapter_is_no_model(catalog: Catalog, adapter: Path) -> None:
    with pytest.raises(PlaygroundError, match=r"pirate holds an adapter, not a model; load its base"):
        finish(commands.load_model(catalog, SETTINGS, str(adapter)))


def test_names(catalog: Catalog, base: Path, adapter: Path) -> None:
    with pytest.raises(InvalidSetup, match="already a model named 'tiny'; choose another name"):
        finish(commands.load_model(catalog, SETTINGS, str(base), "tiny"))
    with pytest.raises(InvalidSetup, match="'a/b' cannot be a name; leave out the slash"):
        finish(commands.load_model(catalog, SETTINGS, str(base), "a/b"))
    with pytest.raises(InvalidSetup, match="'Big Name' cannot be a name; use small letters"):
        finish(commands.load_model(catalog, SETTINGS, str(base), "Big Name"))
    info = finish(commands.load_adapter(catalog, SETTINGS, "tiny", str(adapter)))
    assert [(a.name, a.loaded) for a in info.adapters] == [("pirate", True)]
    with pytest.raises(InvalidSetup, match="'tiny' already has an adapter named 'pirate'"):
        finish(commands.load_adapter(catalog, SETTINGS, "tiny", str(adapter), "pirate"))
    commands.unload(catalog, SETTINGS, "tiny/pirate")
    assert catalog.info("tiny").adapters == ()


def test_an_adapter_is_not_listed_for_a_model_that_fails(adapter: Path, tmp_path: Path) -> None:
    gone = sources.ModelSource(kind="folder", place=str(tmp_path / "gone"))
    catalog = Catalog([entries.model_entry(gone, "offered", SETTINGS)])
    with pytest.raises(PlaygroundError, match="gone holds no model"):
        finish(commands.load_adapter(catalog, SETTINGS, "offered", str(adapter)))
    assert catalog.info("offered").adapters == ()


def test_strangers_do_not_read_the_operators_folders(base: Path, adapter: Path, tmp_path: Path) -> None:
    public = Settings(precision="float32", public=True)
    (tmp_path / "broken").mkdir()
    places = {name: sources.parse_source(str(place)) for name, place in (("fine", base), ("bad", tmp_path / "broken"))}
    catalog = Catalog([entries.model_entry(place, name, public) for name, place in places.items()])
    for name, place in (("fine", adapter), ("bad", tmp_path / "broken")):
        catalog.add_adapter(entries.adapter_entry("fine", sources.parse_source(str(place)), name, public))
    said = [repr(finish(catalog.open("fine", "fine")).details), repr(catalog.info("fine"))]
    for asked in (("bad",), ("fine", "bad")):
        with pytest.raises(PlaygroundError, match=r"^broken holds no") as raised:
            finish(catalog.open(*asked))
        said.append(str(raised.value))
    assert not any(str(place.parent) in text for place in (base, adapter, tmp_path / "broken") for text in said)
