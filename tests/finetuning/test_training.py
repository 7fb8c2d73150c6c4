"""Training on a tiny random Llama: what counts in the loss, that it falls, that the seed decides, that it can stop."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from playground.backends.local.engine.prompt import encode
from playground.finetuning.recipe import Recipe
from playground.finetuning.training import TrainingStep, answer_loss, batches, tokenise, train
from playground.types import Example, Message

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")

EXAMPLES = [Example(input=f"Say {word}.", output=word) for word in ("one", "two", "three", "four", "five", "six")]
RECIPE = Recipe(steps=12, batch=4, rate=1e-2, rank=4)


@pytest.fixture
def tokenizer(default_model: tuple[Any, Any]) -> Any:
    return default_model[1]


@pytest.fixture
def tiny(tokenizer: Any) -> Callable[[], Any]:
    """A new model, the same each time."""

    def make() -> Any:
        torch.manual_seed(0)
        shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
        return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **shape)).eval()

    return make


def finished(model: Any, tokenizer: Any, recipe: Recipe = RECIPE) -> tuple[list[TrainingStep], Any]:
    run, steps = train(model, tokenizer, EXAMPLES, recipe), []
    while True:
        try:
            steps.append(next(run))
        except StopIteration as end:
            return steps, end.value


def test_a_prompt_is_trained_on_as_it_is_asked(tokenizer: Any) -> None:
    ids, start = tokenise(tokenizer, Example(input="What is <|im_end|>?", output="A <|im_end|>, matey."))
    assert ids[:start] == encode(tokenizer, [Message("user", "What is <|im_end|>?")])
    assert ids[-1] == tokenizer.eos_token_id
    assert tokenizer.eos_token_id not in ids[start:-1]
    assert tokenizer.decode(ids[start:-1]) == "A <|im_end|>, matey."


def test_the_loss_is_over_answer_tokens_alone(tiny: Callable[[], Any], tokenizer: Any) -> None:
    model = tiny()
    rows = [tokenise(tokenizer, Example(input="Hi", output="yes, at once")), tokenise(tokenizer, EXAMPLES[0])]
    assert len(rows[0][0]) != len(rows[1][0])
    logprobs = []
    for ids, start in rows:  # each row alone and unpadded, position by position
        with torch.no_grad():
            predicted = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
        logprobs += [predicted[place - 1, ids[place]] for place in range(start, len(ids))]
    with torch.no_grad():
        assert answer_loss(model, rows).item() == pytest.approx(-torch.stack(logprobs).mean().item(), abs=1e-5)


def test_every_example_comes_before_any_comes_again() -> None:
    rows = [([number], 0) for number in range(6)]
    seen = [ids[0] for batch in batches(rows, Recipe(steps=3, batch=4)) for ids, _ in batch]
    assert sorted(seen[:6]) == sorted(seen[6:]) == list(range(6))
    few = list(batches(rows[:2], Recipe(steps=2, batch=5)))
    assert [len(batch) for batch in few] == [5, 5]


def test_training_lowers_the_loss_and_leaves_the_base_alone(tiny: Callable[[], Any], tokenizer: Any) -> None:
    model, untouched = tiny(), tiny().state_dict()
    steps, adapted = finished(model, tokenizer, Recipe(steps=30, batch=6, rate=3e-2, rank=4))
    assert [step.step for step in steps] == list(range(1, 31))
    assert steps[-1].loss < steps[0].loss - 0.3
    assert {name for name, weight in adapted.named_parameters() if weight.requires_grad} == {
        name for name, _ in adapted.named_parameters() if "lora_" in name
    }
    adapted.unload()
    assert all(torch.equal(weight, untouched[name]) for name, weight in model.state_dict().items())


def test_the_seed_decides(tiny: Callable[[], Any], tokenizer: Any) -> None:
    losses = [
        [step.loss for step in finished(tiny(), tokenizer, Recipe(steps=6, batch=4, rate=1e-2, seed=seed))[0]]
        for seed in (3, 3, 4)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_a_bfloat16_base_is_trained_with_float32_adapters(tiny: Callable[[], Any], tokenizer: Any) -> None:
    _, adapted = finished(tiny().to(torch.bfloat16), tokenizer, Recipe(steps=1))
    kinds = {("lora_" in name, weight.dtype) for name, weight in adapted.named_parameters()}
    assert kinds == {(True, torch.float32), (False, torch.bfloat16)}


def test_closing_takes_the_adapter_off_again(tiny: Callable[[], Any], tokenizer: Any) -> None:
    model = tiny()
    names = set(model.state_dict())
    run = train(model, tokenizer, EXAMPLES, RECIPE)
    next(run)
    assert set(model.state_dict()) != names
    run.close()
    assert set(model.state_dict()) == names
