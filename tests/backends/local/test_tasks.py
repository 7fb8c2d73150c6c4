"""Models for one task: each answers in its own form, through the catalog and the runner like any other."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import torch
from setting_effects import without_effect
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from playground import setups
from playground.backends import commands
from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, NotSupported, PromptTooLong
from playground.running import runner
from playground.settings import Settings
from playground.types import Completion, Message

WORDS = [
    *["ann", "lives", "in", "rome", ".", "bob", "likes", "paris", "very", "much"],
    *["!", "where", "does", "live", "?", "who", "it", "was", "good", "bad", "film", "the", "a"],
]
TEXT = "Ann lives in Rome. Bob likes Paris very much!"
BERT: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
    "max_position_embeddings": 64, "pad_token_id": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def words() -> PreTrainedTokenizerFast:
    """Lower-cased words, with places in the text."""
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=64, **names)


def made(kind: Any, config: Any, seed: int = 3) -> Any:
    torch.manual_seed(seed)
    model = kind(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.normal_(0, 0.35)
    return model.eval()


def finish(loading: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def catalog(words: PreTrainedTokenizerFast, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder: Path = tmp_path_factory.mktemp("tasks")
    size = len(words)
    labels = {"id2label": {0: "O", 1: "PER", 2: "LOC"}, "label2id": {"O": 0, "PER": 1, "LOC": 2}}
    moods = {"id2label": {0: "bad", 1: "fair", 2: "good"}, "label2id": {"bad": 0, "fair": 1, "good": 2}}
    t5 = T5Config(
        vocab_size=size, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, eos_token_id=3, pad_token_id=0,
        decoder_start_token_id=0,
    )  # fmt: skip
    bart = BartConfig(
        vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64, pad_token_id=0,
        bos_token_id=2, eos_token_id=3, decoder_start_token_id=3, forced_eos_token_id=None,
    )  # fmt: skip
    models = {
        "moods": made(BertForSequenceClassification, BertConfig(vocab_size=size, **BERT, **moods)),
        "names": made(BertForTokenClassification, BertConfig(vocab_size=size, **BERT, **labels)),
        "answers": made(BertForQuestionAnswering, BertConfig(vocab_size=size, **BERT)),
        "t5": made(T5ForConditionalGeneration, t5),
        "bart": made(BartForConditionalGeneration, bart),
    }
    models["bart"].generation_config.forced_bos_token_id = 7
    liked = models["bart"].generate(**words(TEXT, return_tensors="pt"), max_new_tokens=4, do_sample=False)[0, -1]
    models["bart"].generation_config.bad_words_ids = [[int(liked)], [10, 11]]
    catalog = Catalog()
    for name, model in models.items():
        model.save_pretrained(folder / name)
        words.save_pretrained(folder / name)
        finish(commands.load_model(catalog, Settings(), str(folder / name)))
    return catalog


def run(catalog: Catalog, model: str, text: str, **sampling: Any) -> Completion:
    setup = setups.parse({"model": model, "task": {"input": text}, "sampling": sampling})
    *_, done = runner.run(setup, catalog)
    assert done.status == "done"
    (completion,) = done.steps[0].completions
    assert completion.finish_reason in ("stop", "length")
    assert completion.origin is not None
    assert completion.origin.weights == model
    return completion


def plain(catalog: Catalog, name: str, *texts: str) -> Any:
    """The model and its inputs, without anything of ours between."""
    backend: Any = catalog.loaded_backend(name)
    return backend._model, backend._tokenizer(*texts, return_tensors="pt")


def test_classification_gives_every_label(catalog: Catalog) -> None:
    completion = run(catalog, "moods", "It was a good film")
    model, inputs = plain(catalog, "moods", "It was a good film")
    expected = model(**inputs).logits[0].softmax(-1)
    found = {finding.label: finding.probability for finding in completion.findings}
    assert found == pytest.approx({model.config.id2label[i]: float(p) for i, p in enumerate(expected)}, abs=1e-5)
    assert completion.text == max(found, key=lambda label: found[label]) == completion.findings[0].label
    assert sum(found.values()) == pytest.approx(1)
    assert completion.prompt_tokens == 7


def test_token_classification_gives_spans_of_the_text(catalog: Catalog) -> None:
    completion = run(catalog, "names", TEXT)
    model, inputs = plain(catalog, "names", TEXT)
    labels = [model.config.id2label[int(i)] for i in model(**inputs).logits[0].argmax(-1)][1:-1]
    assert [f.label for f in completion.findings] == [
        label for i, label in enumerate(labels) if label != "O" and (i == 0 or labels[i - 1] != label)
    ]
    assert completion.findings
    for finding in completion.findings:
        assert finding.start is not None
        assert finding.end is not None
        assert f"{finding.label}: {TEXT[finding.start : finding.end]}" in completion.text.splitlines()
        assert 0 < finding.probability <= 1
    assert run(catalog, "names", "?").text in ("Nothing found.", "PER: ?", "LOC: ?")


def test_question_answering_finds_the_answer_in_the_passage(catalog: Catalog) -> None:
    passage, question = "Ann lives in Rome.\nBob likes Paris.", "Where does Ann live?"
    text = f"{passage}\n\n{question}"
    completion = run(catalog, "answers", text)
    model, inputs = plain(catalog, "answers", question, passage)
    output, width = model(**inputs), inputs["input_ids"].shape[1]
    inside = list(range(7, width - 1))  # after [CLS] where does ann live ? [SEP], before the last [SEP]
    starts, ends = (logits[0, inside].softmax(-1) for logits in (output.start_logits, output.end_logits))
    best = max(
        (float(starts[a] * ends[b]), a, b) for a in range(len(inside)) for b in range(a, min(a + 30, len(inside)))
    )
    first = completion.findings[0]
    assert first.probability == pytest.approx(best[0], abs=1e-5)
    assert text[first.start : first.end] == completion.text
    assert completion.text in passage
    assert [f.probability for f in completion.findings] == sorted(
        (f.probability for f in completion.findings), reverse=True
    )
    assert run(catalog, "answers", f"{passage}\n{question}").findings[0].label == "answer"


@pytest.mark.parametrize("name", ["t5", "bart"])
def test_text_to_text_is_what_generate_gives(catalog: Catalog, name: str) -> None:
    model, inputs = plain(catalog, name, TEXT)
    expected = model.generate(**inputs, max_new_tokens=12, do_sample=False, num_beams=1)[0, 1:].tolist()
    completion = run(catalog, name, TEXT, temperature=0, max_tokens=12)
    ids = [token.id for token in completion.tokens]
    assert ids == [i for i in expected if i != 3]
    assert completion.text == catalog.loaded_backend(name)._tokenizer.decode(ids, skip_special_tokens=True)  # type: ignore[union-attr]


def test_text_to_text_honours_its_settings(catalog: Catalog) -> None:
    drawn = [run(catalog, "t5", TEXT, temperature=1.5, seed=seed, max_tokens=10) for seed in (1, 1, 2)]
    assert drawn[0].text == drawn[1].text != drawn[2].text
    assert len(run(catalog, "t5", TEXT, temperature=0, max_tokens=3).tokens) <= 3
    whole = run(catalog, "bart", TEXT, temperature=0, max_tokens=10).text
    stop = whole.split()[2]
    assert run(catalog, "bart", TEXT, temperature=0, max_tokens=10, stop=[stop]).text == whole.split(stop)[0]
    banned = run(catalog, "bart", TEXT, temperature=0, max_tokens=10).tokens[-1].id
    tokens = run(catalog, "bart", TEXT, temperature=0, max_tokens=10, logit_bias={banned: -100}).tokens
    assert banned not in [token.id for token in tokens]


@pytest.mark.parametrize("name", ["t5", "bart"])
def test_every_setting_that_text_to_text_claims_has_an_effect(catalog: Catalog, name: str) -> None:
    backend: Any = catalog.loaded_backend(name)
    assert without_effect(backend, TEXT) == set()


def test_text_to_text_streams_and_stops(catalog: Catalog) -> None:
    backend: Any = catalog.loaded_backend("bart")
    setup = setups.parse({"task": {"input": TEXT}, "sampling": {"temperature": 0, "max_tokens": 50, "seed": 1}})
    stream = backend.stream(Request(messages=(Message("user", TEXT),), n=2, sampling=setup.sampling))
    first = [next(stream) for _ in range(4)]
    assert [delta.index for delta in first] == [0, 0, 0, 0]
    stream.close()
    assert list(stream) == []


@pytest.mark.parametrize("name", ["moods", "names", "answers", "t5"])
def test_what_they_say_of_themselves(catalog: Catalog, name: str) -> None:
    info, backend = catalog.info(name), catalog.loaded_backend(name)
    task = {"moods": "classification", "names": "token_classification", "answers": "question_answering"}
    assert info.capabilities.task == task.get(name, "text_to_text")
    assert info.details is not None
    assert (info.details.task, info.details.precision) == (info.capabilities.task, "float32")
    assert backend is not None
    assert backend.count_tokens((Message("user", "good film"),)) == 4
    assert backend.prompt_text((Message("user", "good film"),)) == "[CLS] good film [SEP]"
    with pytest.raises(NotSupported, match="made for one task"):
        backend.next_token(Request(messages=(Message("user", "x"),)))
    with pytest.raises(NotSupported, match="made for one task"):
        backend.score(Request(messages=(Message("user", "x"),)), "y")
    long = "good " * 100 + ("\n\nwho ?" if name == "answers" else "")
    with pytest.raises(PromptTooLong, match=r"tokens; this model reads 64 at most. Shorten it"):
        run(catalog, name, long)


def test_settings_that_a_task_has_no_use_for_are_refused(catalog: Catalog) -> None:
    with pytest.raises(NotSupported, match=r"`sampling\.temperature` is 0\.1 and would not be sent: moods was not"):
        run(catalog, "moods", "good", temperature=0.1)


@pytest.mark.parametrize("text", ["Where does Ann live?", "\n\nWhere?", "Ann lives in Rome.\n\n"])
def test_a_question_without_a_passage(catalog: Catalog, text: str) -> None:
    with pytest.raises(InvalidSetup, match="write the passage, then the question in a paragraph of its own"):
        run(catalog, "answers", text)


def test_labels_that_do_not_exclude_each_other(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    backend: Any = catalog.loaded_backend("moods")
    monkeypatch.setattr(backend._model.config, "problem_type", "multi_label_classification")
    found = run(catalog, "moods", "good bad").findings
    model, inputs = plain(catalog, "moods", "good bad")
    expected = sorted(model(**inputs).logits[0].sigmoid().tolist(), reverse=True)
    assert [f.probability for f in found] == pytest.approx(expected, abs=1e-5)
