"""What is thought is no answer, and what is marked as the answer comes before what merely stands first."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.answers import comparison_key, conclusion, extract_answer, marked_text, without_reasoning

ANSWERED = [
    "<think>\n3*8=24, so the answer is 24? No: +48 = 72.\n</think>\n\nThe answer is 72.", "<thinking>3</thinking>72",
    "<reasoning>3</reasoning>\n72", "<THINK>3</THINK>72", "<thought>3</thought>72", "[THINK]3[/THINK]72",
    "<|begin_of_thought|>3<|end_of_thought|><|begin_of_solution|>72<|end_of_solution|>",
    "\u25c1think\u25b73\u25c1/think\u25b772",
    "<|channel|>analysis<|message|>3<|end|><|start|>assistant<|channel|>final<|message|>72<|return|>",
    "analysisWe have 3 assistantfinalIt is 72", "<think>3</think>72<think>4</think>", "so 3\n</think>\n72",
    "3</think>4</think>72",
    "<think>3<think>4</think>72", "Here is my thought process: 3\nHere is my response: 72",
    "<seed:think>3</seed:think>72",
    "<|START_THINKING|>3<|END_THINKING|><|START_RESPONSE|>72<|END_RESPONSE|>", "<think>\n\n</think>\n\n72",
    "72\n<think>3",
    "<chain_of_thought>3</chain_of_thought><answer>72</answer>", "<think type='x'>3</think>72",
    "[reasoning]3[/reasoning]72", "```thinking\n3\n```\n72", "<cot>3</cot>72", "<|inner_prefix|>3<|inner_suffix|>72",
    "<\uff5cbegin\u2581of\u2581thinking\uff5c>3<\uff5cend\u2581of\u2581thinking\uff5c>72",
    "<|im_start|>think\n3<|im_end|>\n<|im_start|>answer\n72",
    "Sure. <think>3</think>72", "&lt;think&gt;3&lt;/think&gt;72", "<inner_monologue>3</inner_monologue>72",
    '<details type="reasoning" done="true">\n<summary>Thought for 3 seconds</summary>\n3\n</details>\n72',
]  # fmt: skip
CUT_OFF = [
    "<think>\nLet me see: 3*8 = 24 and", "<thinking>the answer is 3", "[THINK]3", "<|channel|>analysis<|message|>3 and",
    "analysisWe have 3 and", "\u25c1think\u25b73", "<|begin_of_thought|>3", "<think>3</think>",
    "Here is my thought process: 3", '<details type="reasoning">3', "&lt;think&gt;3",
    "```thinking\n3", "<|inner_prefix|>3", "<|im_start|>think\n3", "<\uff5cbegin\u2581of\u2581thinking\uff5c>3",
]  # fmt: skip
NOT_THOUGHT = [
    "Use `<think>` for 72",
    "The tag <think> is 72",
    "List<Reason> of 72",
    "[Think] 72",
    "I think 72",
    "analysis: 72",
]


@pytest.mark.parametrize("text", ANSWERED)
def test_what_a_model_thinks_is_not_its_answer(text: str) -> None:
    assert extract_answer(text, "number") == "72"


@pytest.mark.parametrize("text", CUT_OFF)
@pytest.mark.parametrize("kind", ["number", "text", "choice", "yes_no"])
def test_a_thought_that_was_cut_off_is_no_answer(text: str, kind: str) -> None:
    assert extract_answer(text, kind) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("text", NOT_THOUGHT)
def test_a_tag_that_is_talked_about_hides_nothing(text: str) -> None:
    assert without_reasoning(text) == text
    assert extract_answer(text, "number") == "72"


@given(st.text())
def test_text_without_a_thought_stays_as_it_is(text: str) -> None:
    assert without_reasoning(text) == text or any(sign in text for sign in "<[\u25c1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"So \boxed{5} is what 3 people get.", "5"), (r"\boxed{3} and then \boxed{5}", "5"),
        (r"\boxed{9{,}500}", "9500"),
        (r"\boxed{\frac{3}{4}}", "0.75"), (r"\boxed{x = 5}", "5"), ("\x08oxed{7} of 3", "7"),
        (r"\boxed{\text{18 dollars}}", "18"),
        ("16 - 3 - 4 = 9 eggs, 9 * 2 = 18\n#### 18", "18"), ("= 18 #### 18", "18"), ("8 of them\n#### $1,234", "1234"),
        ("#### Step 2\n#### 7", "7"), ("#### 1. First step\n\nThe answer is 7", "7"),
        ("3 are left. <answer>72</answer>", "72"),
        ("3 people, final answer: 7", "7"), ("The answer is 4? No. The final answer is 7.", "7"),
        ("Find what the answer is. 3 + 4. The answer is 7.", "7"), ("The answer is 4. The answer is 5.", "4"),
        ("The answer is 3 + 4 = 7.", "7"), ("The answer is 7 = 3 + 4", "7"), ("3 left. **Answer**: 7", "7"),
        ("The answer to what 3 people get is 5.", "5"), ("The answer is not 3. The answer is 5.", "5"),
        ("3 Leute. Die Antwort ist 7.", "7"), ("3 personnes. La r\u00e9ponse est 7.", "7"),
        ("3. La respuesta es 7", "7"),
        ("3\u4eba\u3002\u7b54\u6848\u662f7\u3002", "7"),
        ("3 \u0447\u0435\u043b\u043e\u0432\u0435\u043a\u0430. \u041e\u0442\u0432\u0435\u0442: 7", "7"),
        ("Thus, 5.\n\n**Final Answer**\n\n12", "12"), ("1. Take 3\n2. Add 4", "3"), ("1. It is", "1"),
    ],
)  # fmt: skip
def test_the_marked_number_comes_before_the_first(text: str, value: str) -> None:
    assert extract_answer(text, "number") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sam has 8 apples and buys 5, so he has 8 + 5 = 13 apples.", "13"), ("3 + 4 = 7", "7"), ("3+4=7.", "7"),
        ("16 - 3 - 4 = 9 eggs. She makes 9 eggs * $2 = $18 every day.", "18"), ("8 \u00d7 7 = 56 chairs", "56"),
        ("20 of 80 are 20 / 80 = 0.25, one in 4.", "0.25"), ("3 x 4 = 12 = 12", "12"), (r"\( 9 \times 2 = 18 \)", "18"),
        ("3 - 5 = -2 degrees", "-2"), ("(8 + 4) * 2 = 24", "24"), ("2 * 3,000 = 6,000", "6000"),
        ("7 are left", "7"), ("12 = 3 * 4", "12"), ("I need 3 * 4 = 2 * 6 boxes", "3"), ("5 things, n = 8", "5"),
        ("3x + 5 = 20", "5"), ("8 + 5 = many, 13", "8"),
    ],
)  # fmt: skip
def test_without_a_mark_the_result_of_the_last_calculation_comes_before_the_first(text: str, value: str) -> None:
    assert extract_answer(text, "number") == value


@given(st.integers(0, 999), st.integers(0, 999), st.sampled_from("+-*"), st.text("abc. \n", max_size=20))
def test_every_sum_that_is_worked_out_is_read_as_its_result(a: int, b: int, sign: str, after: str) -> None:
    result = {"+": a + b, "-": a - b, "*": a * b}[sign]
    assert extract_answer(f"There are {a} and {b}: {a} {sign} {b} = {result} {after}", "number") == str(result)


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{3x+5}", r"\boxed{5i}", r"\boxed{5 a}", r"\boxed{2+3i}", r"\boxed{3+2\sqrt{2}}",
        r"\boxed{\frac{\sqrt{3}}{2}}",
        r"\boxed{(2,3)}", r"\boxed{[2,3)}", r"\boxed{2, 3}", r"\boxed{2 \text{ or } 3}", r"\boxed{\pm 3}",
        r"\boxed{5!}", r"\boxed{\binom{5}{2}}", r"\boxed{\log_2 8}", r"\boxed{101_2}", r"\boxed{x - 3}",
        r"\boxed{y = 3x + 5}", r"\boxed{18 - 4}", r"The radius is 3, so \boxed{9\pi}", r"3 and \boxed{\frac{\pi}{4}}",
        r"\boxed{|{-5}|}", r"\boxed{\lfloor 3.5 \rfloor}", r"\boxed{x^2 + 3}", "3 left.\n#### 10:30", "#### 3 4",
        "There are 12 boys. <answer>3:4</answer>", "12 left <answer>2\u03c0</answer>", "The answer is 3 * 4.",
        "The answer is 18 - 4.", "The answer is 3\u20135.", "The answer is 5 to 6.", "Answer: 3 or 4",
        "The answer is 1 + 1.", "Answer: 5 - 5", r"\boxed{3 \times 3}", "#### 5 x 5", "The answer is 1/2 or 3/4.",
    ],
)  # fmt: skip
def test_a_marked_answer_that_is_not_one_number_is_none_and_nothing_before_it_is_taken_instead(text: str) -> None:
    assert extract_answer(text, "number") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\boxed{45^\circ}", "45"), (r"\boxed{12\ \text{cm}^2}", "12"), (r"\boxed{11\text{ a.m.}}", "11"),
        (r"\boxed{3 \times 10^8}", "300000000"), (r"\boxed{18 - 4 = 14}", "14"), (r"\boxed{5\text{m}}", "5"),
        (r"\boxed{0.\overline{3}}", "1/3"), (r"\boxed{1{,}250}", "1250"), (r"\boxed{x \ge 5}", "5"),
        ("<answer>5 apples and 3 pears</answer>", "5"),
        (r"\boxed{8\ m^2}", "8"), (r"\boxed{9.8 \, \text{m/s}^2}", "9.8"),
        ("#### 42 dollars", "42"),
        (r"\boxed{5\text{ a day}}", "5"), (r"\boxed{3\text{ e-mails}}", "3"),
        (r"\boxed{4.5e-3}", "0.0045"), (r"\boxed{1_000}", "1000"), ("The answer is 5, or 10 if doubled", "5"),
        (r"\boxed{1e3}", "1000"), ("<answer>x = 5</answer>", "5"),
        (r"Put it in \boxed{}. The answer is 7.", "7"), (r"In \boxed{answer}: the answer is 7", "7"),
        ("The answer is 6.02 x 10^2.", "602"), ("The answer is 5 apples and 3 pears.", "5"),
        ("The answer is 1/2 or 0.5.", "0.5"), ("The answer is 1/2, or 3/4 if doubled", "0.5"),
    ],
)  # fmt: skip
def test_a_marked_answer_of_one_number_may_have_units_and_an_equation(text: str, value: str) -> None:
    assert extract_answer(text, "number") == value


@pytest.mark.parametrize(
    ("text", "said"),
    [("So it is. The answer is St. Paul.", "St. Paul."), (r"\boxed{Paris}", "Paris"), ("no mark", None),
     ("<think>The answer is Rome</think>The answer is Paris", "Paris"), ("<think>The answer is Rome", None)],
)  # fmt: skip
def test_marked_free_text(text: str, said: str | None) -> None:
    found = marked_text(text)
    assert (found.text if found else None) == said


PIECES = [
    "answer (", "the answer is ", "answer to a ", "100 ", "1,", "9", "_1", "one ", "hundred-", r"\boxed{",
    "<answer>", "<think>",
    "</think>", "<|", "\n#### a", "A and ", "A, ", "not ", r"\frac{1}{", "10^", "\u00bd", "assistant", "\u0301",
    "positive ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_reading_takes_time_in_proportion_to_the_length(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    started = time.process_time()
    for kind in ("number", "choice", "yes_no", "label"):
        extract_answer(text, kind, ("positive", "negative") if kind == "label" else ())  # type: ignore[arg-type]
    conclusion(text)
    without_reasoning(text)
    comparison_key(text)
    assert time.process_time() - started < 5  # seconds of this process: what grew with the square took a minute


def test_of_a_very_long_text_both_ends_are_read() -> None:
    filler = "word " * 40_000
    assert extract_answer(f"It is 5. {filler}", "number") == extract_answer(f"{filler} #### 5", "number") == "5"
