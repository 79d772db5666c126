"""Quizzes: their file is checked, their markup is quiet, and they work by mouse and by keyboard."""

import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlbook.display import quiz
from dlbook.display.quiz import fill_in, forgotten, load, markup, script, to_html, typeset

DEMO = r"""
questions:
  - question: Which of these gates can **one** perceptron compute?
    answers:
      - {answer: AND, correct: true, feedback: "One line separates $(1, 1)$ from the rest."}
      - {answer: XOR, feedback: No line separates the two classes.}
      - {answer: "$x_1 < x_2$", correct: true}
  - question: What happens when $y = t$?
    answers:
      - {answer: Nothing, correct: true, feedback: The error is 0.}
      - {answer: "The weights grow by $\\eta \\mathbf{x}$", feedback: "That happens for $t=1$, $y=0$."}
      - {answer: "It costs \\$5 & <b>", feedback: It does not.}
  - question: What is $\sigma(0)$?
    value: 0.5
    tolerance: 0.001
    feedback: Both classes are equally likely.
    wrong:
      - {value: 0, feedback: That is the input of the function.}
    otherwise: Put 0 for $z$.
  - question: What does this print?
    code: |
      x = [1, 2] if 1 < 2 else "$"
      print(x[0])
    range: [0.9, 1.1]
    otherwise: Look at the index.
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "demo.quiz.yml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def order(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the answers where they stand in the file, so that the tests can name them by their place."""
    if "shuffled" not in request.node.name:
        module = sys.modules["dlbook.display.quiz"]  # the package has a function of this name
        monkeypatch.setattr(module, "_shuffled", lambda answers, seed: answers)


# -- the file ----------------------------------------------------------------


def places(path: Path) -> list[list[str]]:
    """Return the feedback of the answers of each question, in the order they are shown in."""
    return [[answer["feedback"] for answer in question["answers"]] for question in load(path)]


def test_answers_are_shuffled_once_for_each_question(written) -> None:
    answers = ", ".join(f"{{answer: a{k}, correct: {str(k == 0).lower()}, feedback: f{k}}}" for k in range(8))
    first = f"  - question: One?\n    answers: [{answers}]\n"
    second = first.replace("One", "Two")
    one, two = places(written(f"questions:\n{first}{second}"))
    assert sorted(one) == sorted(two)
    assert one != two
    assert one != sorted(one, key=lambda text: text[-1])
    assert places(written(f"questions:\n{second}{first}")) == [two, one]


def test_numbers_are_not_shuffled(written) -> None:
    answers = load(written(DEMO))[2]["answers"]
    assert [answer.get("correct", False) for answer in answers] == [True, False, False]


def test_kinds_and_order_of_the_questions(written) -> None:
    questions = load(written(DEMO))
    assert [question["type"] for question in questions] == [
        "many_choice",
        "multiple_choice",
        "numeric",
        "numeric",
    ]
    assert [answer["correct"] for answer in questions[0]["answers"]] == [True, False, True]
    assert questions[0]["question"].endswith('<span class="dlb-quiz-hint">Several answers are right.</span>')
    assert "dlb-quiz-hint" not in questions[1]["question"]


def test_feedback_says_whether_it_was_right(written) -> None:
    questions = load(written(DEMO))
    right, wrong = questions[1]["answers"][:2]
    assert right["feedback"] == "<strong>Correct.</strong> The error is 0."
    assert wrong["feedback"].startswith("<strong>Not quite.</strong> That happens")
    assert questions[0]["answers"][2]["feedback"] == "<strong>Correct.</strong>"


def test_formula_answers_have_a_name_in_words(written) -> None:
    answers = load(written(DEMO))[0]["answers"]
    assert answers[2]["name"] == "x_1 < x_2"
    assert "name" not in answers[0]


def test_numeric_bounds_count_as_right(written) -> None:
    right, typical, other = load(written(DEMO))[2]["answers"]
    low, high = right["range"]
    assert low <= 0.499 < 0.501 < high
    assert low > 0.49899
    assert high < 0.50101
    assert right["correct"] is True
    assert typical["range"] == pytest.approx([-0.001, 0.001], abs=1e-8)
    assert typical["correct"] is False
    assert other["type"] == "default"


def test_code_is_escaped(written) -> None:
    assert load(written(DEMO))[3]["code"] == ("x = [1, 2] if 1 &lt; 2 else &quot;$&quot;\nprint(x[0])")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (r"costs \$5", "costs &#36;5"),
        ("a lone $ sign", "a lone &#36; sign"),
        ("`x[0](1) $y$`", "<code>x[0]&#40;1) &#36;y&#36;</code>"),
        ("$a < b$", r'<span class="dlb-tex">\(a &lt; b\)</span>'),
        (r"$f[x](y)$", r'<span class="dlb-tex">\(f[x]{}(y)\)</span>'),
        ("**strong $x$** and *soft*",
         r'<strong>strong <span class="dlb-tex">\(x\)</span></strong> and <em>soft</em>'),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)  # fmt: skip
def test_text_to_html(text: str, html: str) -> None:
    assert to_html(text) == html


TWO = "[{answer: a, correct: true}, {answer: b, feedback: x}]"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("answers: [{answer: a, feedback: x}, {answer: b, feedback: x}]", "has no right answer"),
        ("answers: [{answer: a, correct: true}, {answer: b}]", "has the wrong answer 'b' without feedback"),
        ("answers: [{answer: a, correct: true}, {answer: ' a', feedback: x}]", "has the answer 'a' twice"),
        ("answers: [{answer: a, correct: true}]", "must have at least 2 answers, got 1"),
        ("answers: []", "must have at least 2 answers, got 0"),
        ("answers: [{answer: yes, correct: true}, {answer: b, feedback: x}]", "has the answer True: write"),
        ("answers: [{answer: a, correct: 'yes'}, {answer: b, feedback: x}]", "must say true or false"),
        ("answers: [{answer: a, right: true}, {answer: b, feedback: x}]", "must have answers with answer"),
        (f"type: text\n    answers: {TWO}", "has the unknown type 'text'; known are many_choice, numeric"),
        (f"answers: {TWO}\n    hint: x", "has the unknown entry 'hint'"),
        ("value: 1\n    otherwise: x", "has a value without tolerance"),
        ("value: one\n    tolerance: 0.1\n    otherwise: x", "must have a finite number as value, got 'one'"),
        ("value: 1\n    tolerance: -1\n    otherwise: x", "must have a tolerance of at least 0, got -1"),
        ("value: 1\n    tolerance: 0.1", "must explain other wrong numbers in a text named otherwise"),
        ("otherwise: x", "has no right answer: give answers, or value and tolerance, or range"),
        ("range: [2, 1]\n    otherwise: x", "must have a range from a smaller to a larger number"),
        ("range: 3\n    otherwise: x", "must have a range of two numbers, got 3"),
        ("value: 1\n    tolerance: 0.1\n    otherwise: x\n    wrong: [{value: 2}]",
             "has a wrong value without feedback"),
        ("value: 1\n    tolerance: 0.1\n    otherwise: x\n    wrong: [{value: 1.05, feedback: y}]",
         "has a wrong value that another answer covers"),
    ],
)  # fmt: skip
def test_bad_question_is_named(written, entry: str, message: str) -> None:
    path = written(f"questions:\n  - question: What now?\n    {entry}\n")
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        load(path)
    assert str(caught.value).startswith('question 1 ("What now?") of demo.quiz.yml')


def test_second_question_is_named_by_its_number(written) -> None:
    first = f"  - question: One?\n    answers: {TWO}\n"
    with pytest.raises(ValueError, match=r'question 2 \("Two\?"\) of demo\.quiz\.yml must have at least 2'):
        load(written(f"questions:\n{first}  - question: Two?\n    answers: [a]\n"))
    with pytest.raises(ValueError, match="repeats question 1"):
        load(written(f"questions:\n{first}{first}"))


@pytest.mark.parametrize("text", ["", "questions: []", "- a", "questions: text", "other: 1"])
def test_file_without_questions(written, text: str) -> None:
    with pytest.raises(ValueError, match=r"demo\.quiz\.yml must hold a list named questions"):
        load(written(text))


def test_bad_yaml_and_missing_file(written, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"demo\.quiz\.yml is not valid YAML"):
        load(written("questions: [}"))
    with pytest.raises(FileNotFoundError, match=r"there is no quiz none\.quiz\.yml"):
        quiz("none", folder=tmp_path)


# -- single questions ---------------------------------------------------------

CHECKS = """
questions:
  - id: zero
    question: What is 0?
    answers: [{answer: nothing, correct: true}, {answer: something, feedback: It is not.}]
  - question: What is 1?
    answers: [{answer: one, correct: true}, {answer: two, feedback: It is not.}]
  - id: two-and-two
    question: What is 2 + 2?
    value: 4
    tolerance: 0
    otherwise: Count.
"""


@pytest.fixture
def place(monkeypatch, written) -> Callable[..., str]:
    """Return a function that shows questions for a page."""

    def show(*only: str) -> str:
        outputs: list[Any] = []
        monkeypatch.setattr("IPython.display.display", lambda data, raw: outputs.append(data))
        monkeypatch.setenv("DLBOOK_OUTPUT", "page")
        monkeypatch.chdir(written(CHECKS).parent)
        quiz("demo", *only)
        return str(outputs[0]["text/html"])

    return show


def asked(html: str) -> list[str]:
    """Return the questions of a quiz as it is filled in."""
    data = re.search(r'class="dlb-quiz-data">(.*?)</script>', html)
    assert data is not None
    return [question["question"] for question in json.loads(data[1])]


def test_a_question_with_an_id_is_shown_where_it_is_asked_for(place, tmp_path: Path) -> None:
    assert asked(fill_in(place(), tmp_path)[0]) == ["What is 1?"]
    checks = fill_in(place("two-and-two", "zero"), tmp_path)[0]
    assert asked(checks) == ["What is 2 + 2?", "What is 0?"]
    assert 'aria-label="Check"' in checks
    assert forgotten([place("zero"), place()], tmp_path) == ["two-and-two"]
    assert forgotten([place("zero", "two-and-two")], tmp_path) == []


def test_a_question_is_asked_for_by_an_id_that_is_there(place, written, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"no question with the id 'one'; known are \['two-and-two', 'zero'\]"
    ):
        place("one")
    with pytest.raises(ValueError, match="the id 'zero' twice"):
        load(written(CHECKS.replace("two-and-two", "zero")))
    with pytest.raises(ValueError, match="an id of small letters"):
        load(written(CHECKS.replace("two-and-two", "Two")))
    written(CHECKS.replace("- question: What is 1", "- id: one\n    question: What is 1"))
    with pytest.raises(ValueError, match="so its quiz is empty"):
        fill_in('<div class="dlb-quiz" data-dlb-file="demo.quiz.yml"></div>', tmp_path)


def test_an_answer_is_kept_until_its_question_changes(written) -> None:
    keys = re.findall(r'"key":"(\w+)"', markup(load(written(CHECKS))))
    again = re.findall(r'"key":"(\w+)"', markup(load(written(CHECKS.replace("It is not", "No")))))
    assert len(set(keys)) == 3
    assert [one == other for one, other in zip(keys, again, strict=True)] == [False, False, True]


# -- the markup --------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch, written) -> Callable[[str], str]:
    def show(mode: str) -> str:
        outputs: list[Any] = []
        monkeypatch.setattr("IPython.display.display", lambda data, raw: outputs.append(data))
        monkeypatch.setenv("DLBOOK_OUTPUT", mode)
        monkeypatch.chdir(written(DEMO).parent)
        quiz("demo")
        assert len(outputs) == 1
        assert outputs[0]["text/plain"] == "Quiz with 4 questions"
        return outputs[0]["text/html"]

    return show


@pytest.fixture
def filled(shown, tmp_path: Path) -> str:
    """The quiz of a page as its readers get it."""
    return fill_in(shown("page"), tmp_path)[0]


def test_page_gets_a_place_that_the_build_fills_in(shown, written, tmp_path: Path) -> None:
    place = shown("page")
    assert "perceptron" not in place
    path = written(DEMO.replace("one** perceptron", "two** perceptrons"))
    html, files = fill_in(f"<p>before</p>{place}", tmp_path)
    assert files == [path]
    assert html == "<p>before</p>" + markup(load(path))
    assert "two</strong> perceptrons" in html
    assert fill_in("<p>no quiz</p>", tmp_path) == ("<p>no quiz</p>", [])


def test_page_gets_markup_only(filled) -> None:
    html = filled
    assert html.startswith('<div class="dlb-quiz"')
    assert html.count("<script") == 1
    assert "<style" not in html
    assert html.count("<div") == html.count("</div")
    data = re.search(r'<script type="application/json" class="dlb-quiz-data">(.*?)</script>', html)
    assert data is not None
    assert len(json.loads(data[1])) == 4


@pytest.mark.parametrize("mode", ["live", "standalone"])
def test_other_outputs_carry_style_and_script(shown, mode: str) -> None:
    html = shown(mode)
    assert "<style>" in html
    assert "window.dlbQuizEngine = show_questions;" in html
    assert ("dlb-quiz-math" in html.split("<script>")[0].split("</style>")[1]) == (mode == "live")


@pytest.mark.parametrize("mode", ["live", "standalone"])
def test_no_other_host_is_named(shown, filled, mode: str) -> None:
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", shown(mode) + filled) == []


def test_questions_can_be_read_without_script(filled) -> None:
    plain = filled.split('<ol class="dlb-quiz-plain">')[1]
    assert "No line separates the two classes." in plain
    assert "Between 0.499 and 0.501." in plain
    assert plain.count("<details>") == 4


def test_live_store_holds_each_formula_once(shown) -> None:
    store = shown("live").split('<div class="dlb-quiz-math" aria-hidden="true">')[1].split("</div>")[0]
    formulas = re.findall(r"<span data-tex=", store)
    assert len(formulas) == 8
    assert r'<span data-tex="x_1 &lt; x_2">\(x_1 &lt; x_2\)</span>' in store


def test_typeset_sets_data_and_list(written) -> None:
    asked: list[str] = []

    def render(tex: str) -> str:
        asked.append(tex)
        return f'<b title="</script>">{len(tex)}</b>'

    page = typeset("<p>x</p>" + markup(load(written(DEMO))) + r"<p>\(kept\)</p>", render)
    assert set(asked) == {
        "(1, 1)", "x_1 < x_2", "y = t", r"\eta \mathbf{x}", "t=1", "y=0", r"\sigma(0)", "z",
    }  # fmt: skip
    data = re.search(r'class="dlb-quiz-data">(.*?)</script>', page)
    assert data is not None
    questions = json.loads(data[1])
    assert r"\(" not in json.dumps(questions)
    assert questions[1]["question"] == (
        'What happens when <span class="dlb-tied"><span class="dlb-tex">'
        '<b title="</script>">5</b></span>?</span>'
    )
    assert page.endswith(r"<p>\(kept\)</p>")
    assert page.count(r"\(") == 1


def test_script_leaves_out_what_is_not_used() -> None:
    text = script()
    assert "function check_mc" in text
    assert "function check_numeric" in text
    assert "levenshtein" not in text
    assert len(text) < 36_000


# -- in a browser ------------------------------------------------------------


@pytest.fixture
def page(browser, shown, tmp_path: Path) -> Iterator[Any]:
    """A page with a quiz in a file of its own, and a MathJax that counts what it is asked."""
    body = shown("standalone")
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Quiz</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"
        "<script>window.asked = []; window.MathJax = {version: '3', typeset: function (found) {"
        "found.forEach(function (span) { asked.push(span.textContent); span.innerHTML = '<i>set</i>'; }); }};"
        f"</script></head><body><main><h1>Quiz</h1>{body}</main></body></html>",
        encoding="utf-8",
    )
    wrong: list[str] = []
    opened = browser.new_page(viewport={"width": 360, "height": 800})
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(("data:", "file:")) else wrong.append(r.url))
    opened.goto((tmp_path / "page.html").as_uri())
    opened.wait_for_selector(".dlb-quiz-list")
    yield opened
    opened.wait_for_timeout(600)  # jupyterquiz asks for typesetting once more after half a second
    opened.close()
    assert wrong == []


@pytest.mark.browser
def test_one_and_several_right_answers_by_mouse(page) -> None:
    several, one = page.locator(".dlb-quiz-list > li").nth(0), page.locator(".dlb-quiz-list > li").nth(1)
    several.locator("label").nth(0).click()
    page.wait_for_timeout(50)
    assert several.locator(".Feedback").inner_text().endswith("Found 1 of 2.")
    several.locator("label").nth(2).click()
    page.wait_for_timeout(50)
    assert several.locator(".Feedback").inner_text() == "Correct. Found 2 of 2."
    assert several.locator("input:checked").count() == 2
    one.locator("label").nth(1).click()
    assert one.locator(".Feedback.incorrect").inner_text().startswith("Not quite. That happens for")
    one.locator("label").nth(0).click()
    assert one.locator(".Feedback.correct").inner_text() == "Correct. The error is 0."
    assert one.locator("label.correctButton").count() == 1
    assert one.locator("label.incorrectButton").count() == 0


@pytest.mark.browser
def test_answers_are_told_and_given_again(page) -> None:
    page.evaluate("window.told = []; addEventListener('dlb-answer', event => told.push(event.detail));")
    several, one = page.locator(".dlb-quiz-list > li").nth(0), page.locator(".dlb-quiz-list > li").nth(1)
    number = page.locator(".dlb-quiz-list > li").nth(2)
    for place in (1, 0, 2):
        several.locator("label").nth(place).click()
        page.wait_for_timeout(30)
    one.locator("label").nth(1).click()
    number.locator("input").fill("1/2")
    number.locator("button").click()
    page.wait_for_timeout(30)
    told = page.evaluate("told")
    assert [(answer["given"], answer["right"]) for answer in told] == [
        ([1], False),
        ([0], False),
        ([0, 2], True),
        ([1], False),
        ("1/2", True),
    ]
    assert len({answer["key"] for answer in told}) == 3
    page.reload()
    page.wait_for_selector(".dlb-quiz-list")
    for answer in told[2:]:
        page.evaluate(
            """([key, given]) => document.querySelector(`[data-key="${key}"]`).dispatchEvent(
            new CustomEvent("dlb-replay", {detail: given}))""",
            [answer["key"], answer["given"]],
        )
    page.wait_for_timeout(150)
    said = [text[:8] for text in page.locator(".Feedback").all_inner_texts()]
    assert said == ["Correct.", "Not quit", "Correct.", ""]
    assert page.locator(".Feedback[role=status]").count() == 4


@pytest.mark.browser
def test_keyboard_reaches_answers_without_giving_them(page) -> None:
    page.locator(".dlb-quiz-list input[type=radio]").first.focus()
    feedback = page.locator(".dlb-quiz-list > li").nth(1).locator(".Feedback")
    page.keyboard.press("ArrowDown")
    assert feedback.inner_text() == ""
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert feedback.inner_text() == "Not quite. It does not."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert feedback.inner_text() == "Correct. The error is 0."


NUMBERS = {
    "0.5": "Correct. Both classes",
    "1/2": "Correct. Both classes",
    "0,501": "Correct. Both classes",
    "5e-1": "Correct. Both classes",
    "0": "Not quite. That is the input",
    "0.6": "Not quite. Put 0 for",
    "-0.5": "Not quite. Put 0 for",
    "half": "Type a number",
    "": "Type a number",
}


@pytest.mark.browser
def test_numbers(page) -> None:
    question = page.locator(".dlb-quiz-list > li").nth(2)
    field, feedback = question.get_by_label("Your answer"), question.locator(".Feedback")
    for typed, told in NUMBERS.items():
        field.fill("")
        field.focus()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert feedback.inner_text().startswith(told), typed
        assert field.evaluate("field => field === document.activeElement")
        assert field.input_value() == typed.replace(",", ".")
    for typed in ("+0.5", "1 / 2", " .5 ", "\N{MINUS SIGN}1/\N{EN DASH}2"):
        field.fill(typed)
        field.press("Enter")
        assert feedback.inner_text().startswith("Correct."), typed
    for typed in ("1 1/2", "0 5", "0.5 of them"):
        field.fill(typed)
        field.press("Enter")
        assert feedback.inner_text().startswith("Type a number"), typed
    field.fill("0.5")
    question.get_by_role("button", name="Check").click()
    assert feedback.inner_text().startswith("Correct.")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        (200000, ["200000", "200,000", "200 000", "200\N{NARROW NO-BREAK SPACE}000"], ["200.000", "200"]),
        (1.25, ["1.25", "1,25", "1,250", "5/4"], ["1250", "1 250", "125"]),
        (-1048576, ["-1,048,576", "\N{EN DASH}1 048 576"], ["1,048,576", "-1,048"]),
    ],
)  # fmt: skip
def test_a_comma_is_a_point_or_parts_thousands(
    browser, written, value: float, right: list[str], wrong: list[str]
) -> None:
    question = f"questions:\n  - {{question: How many, value: {value}, tolerance: 0, otherwise: Count.}}\n"
    page = browser.new_page()
    page.set_content(f"{markup(load(written(question)))}<script>{script()}</script>")
    field, feedback = page.get_by_label("Your answer"), page.locator(".Feedback")
    for start, texts in (("Correct.", right), ("Not quite.", wrong)):
        for typed in texts:
            field.fill(typed)
            field.press("Enter")
            assert feedback.inner_text().startswith(start), typed
    page.close()


@pytest.mark.browser
def test_formulas_are_typeset_when_shown(page) -> None:
    page.wait_for_timeout(600)
    assert page.evaluate("asked.length") == len(page.evaluate("Array.from(new Set(asked))"))
    assert r"\(\sigma(0)\)" in page.evaluate("asked")
    assert r"\(t=1\)" not in page.evaluate("asked")
    page.locator(".dlb-quiz-list > li").nth(1).locator("label").nth(1).click()
    assert r"\(t=1\)" in page.evaluate("asked")
    assert page.locator(".dlb-quiz-list .dlb-tex:not(:has(i))").count() == 0


@pytest.mark.browser
def test_names_and_roles(page) -> None:
    assert page.get_by_role("checkbox").count() == 3
    assert page.get_by_role("radio").count() == 3
    assert page.get_by_role("checkbox", name="x_1 < x_2").count() == 1
    assert page.get_by_role("radiogroup", name="What happens when").count() == 1
    assert page.locator("[role=status]").count() == 4
    assert page.locator(".dlb-quiz-plain").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for item in range(2):
        page.locator(".dlb-quiz-list > li").nth(item).locator("label").nth(1).click()
    found = axe.Axe().run(page).response["violations"]
    assert [problem["id"] for problem in found if problem["impact"] in ("serious", "critical")] == []
