"""Quizzes that explain wrong answers, from a small YAML file beside the notebook.

The questions run on jupyterquiz's script in every output: live, on a page, and in a file of its own.
"""

import hashlib
import json
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

Html = dict[str, Any]

_TOKEN = re.compile(
    r"`(?P<code>[^`]+)`|(?<!\\)\$(?P<tex>[^$]+?)(?<!\\)\$|\*\*(?P<strong>.+?)\*\*|\*(?P<em>[^*\s].*?)\*"
)
_TEX = re.compile(r'<span class="dlb-tex"[^>]*>\\\((.*?)\\\)</span>', re.DOTALL)
# A formula and the marks that must not start the next line.
_MARKED = re.compile(r'(<span class="dlb-tex">\\\((?:(?!</span>).)*</span>[.,;:!?)-]+)', re.DOTALL)
_DATA = re.compile(r'(<script type="application/json" class="dlb-quiz-data">)(.*?)(</script>)', re.DOTALL)
_PLACE = re.compile(
    r'<div class="dlb-quiz" data-dlb-file="(?P<file>[^"]+)"(?: data-dlb-only="(?P<only>[^"]+)")?></div>'
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = {
    "many_choice": {"question", "id", "type", "code", "answers"},
    "numeric": {
        "question",
        "id",
        "type",
        "code",
        "value",
        "tolerance",
        "range",
        "feedback",
        "wrong",
        "otherwise",
    },
}


def quiz(name: str, *only: str, folder: str | Path | None = None) -> None:
    r"""Show the quiz of a notebook, or single questions of it as a check between its sections.

    The file ``<name>.quiz.yml`` holds a list named ``questions``. Texts may hold mathematics between dollar
    signs, ``code`` between backticks, and ``*emphasis*``. The answers appear in an order that depends on the
    question alone, so that the right one may stand first in the file.

    On a page of the book the quiz is made when the pages are built, from the file as it is then.

    A question with ``answers`` has one or several right ones. Every wrong answer needs ``feedback`` that says
    why it is wrong::

        questions:
          - question: Which of these gates can one perceptron compute?
            answers:
              - {answer: AND, correct: true, feedback: One line separates the point (1, 1) from the others.}
              - {answer: XOR, feedback: No line separates the two classes.}

    A question with ``value`` and ``tolerance``, or with ``range``, asks for a number. ``wrong`` explains
    numbers that a typical mistake leads to, ``otherwise`` all others::

          - question: What is $\sigma(0)$?
            value: 0.5
            tolerance: 0.001
            feedback: Both classes are equally likely.
            wrong:
              - {value: 0, feedback: That is the input of the function.}
            otherwise: Put 0 for $z$ in $1/(1+e^{-z})$.

    A question with an ``id`` is a check: ``quiz(name, id)`` shows it, after the section that it is about, and
    ``quiz(name)`` shows the questions without one.

    Parameters
    ----------
    name : str
        Name of the file without ``.quiz.yml``, as a rule that of the notebook.
    *only : str
        The ids of the questions to show.
    folder : str or path, optional
        Where the file is. Without it, the folder that the notebook runs in, or the installed package.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a question cannot be asked: it names the question and says what is missing. If there is no question
        with an id.
    """
    from ..files import companion
    from .embed import output_mode

    path = companion(f"{name}.quiz.yml") if folder is None else Path(folder) / f"{name}.quiz.yml"
    questions = _chosen(load(path), only, path.name)
    mode = output_mode()
    if mode == "page":
        ids = f' data-dlb-only="{escape(" ".join(only))}"' if only else ""
        shown = f'<div class="dlb-quiz" data-dlb-file="{escape(path.name)}"{ids}></div>'
    else:
        shown = markup(questions, store=mode == "live")
        shown = f"<style>\n{_asset('quiz.css')}</style>\n{shown}\n<script>\n{script()}</script>"
    from IPython.display import display

    n = len(questions)
    plain = f"Quiz with {n} question{'s' * (n > 1)}"
    display({"text/html": shown, "text/plain": plain}, raw=True)


def load(path: str | Path) -> list[Html]:
    """Read and check a quiz.

    Parameters
    ----------
    path : str or path
        The YAML file.

    Returns
    -------
    list of dict
        The questions in the form that jupyterquiz shows, texts as HTML.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not YAML, or a question cannot be asked.
    """
    import yaml

    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no quiz {path.name} in {path.parent.resolve().name}/")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is not valid YAML: {' '.join(str(error).split())}") from None
    given = content.get("questions") if isinstance(content, Mapping) else None
    if not isinstance(given, list) or not given:
        raise ValueError(f"{path.name} must hold a list named questions with at least one question")
    seen: dict[str, int] = {}
    result = []
    for number, question in enumerate(given, start=1):
        if not isinstance(question, Mapping) or not str(question.get("question") or "").strip():
            raise ValueError(f"question {number} of {path.name} must have a text named question")
        text = " ".join(str(question["question"]).split())
        where = f'question {number} ("{text[:57] + "..." if len(text) > 60 else text}") of {path.name}'
        if text in seen:
            raise ValueError(f"{where} repeats question {seen[text]}")
        seen[text] = number
        result.append(_question(where, question))
    ids = [question["id"] for question in result if "id" in question]
    if twice := next((name for name in ids if ids.count(name) > 1), ""):
        raise ValueError(f"{path.name} has the id {twice!r} twice")
    return result


def _chosen(questions: list[Html], only: Sequence[str], file: str) -> list[Html]:
    """Return the questions with these ids, or those without an id."""
    known = {question["id"]: question for question in questions if "id" in question}
    if not only:
        if len(known) == len(questions):
            raise ValueError(f"every question of {file} has an id, so its quiz is empty")
        return [question for question in questions if "id" not in question]
    if strange := [name for name in only if name not in known]:
        raise ValueError(f"{file} has no question with the id {strange[0]!r}; known are {sorted(known)}")
    return [known[name] for name in only]


def _question(where: str, given: Mapping[str, Any]) -> Html:
    kind = given.get("type", "many_choice" if "answers" in given else "numeric")
    if kind not in _KEYS:
        raise ValueError(f"{where} has the unknown type {kind!r}; known are {', '.join(_KEYS)}")
    unknown = sorted(set(map(str, given)) - _KEYS[kind])
    if unknown:
        raise ValueError(
            f"{where} has the unknown entry {unknown[0]!r}; known are {', '.join(sorted(_KEYS[kind]))}"
        )
    checked = _choice(where, given) if kind == "many_choice" else _numeric(where, given)
    several = sum(bool(answer.get("correct")) for answer in checked["answers"]) > 1
    hint = ' <span class="dlb-quiz-hint">Several answers are right.</span>'
    text = {"question": to_html(str(given["question"])) + (hint if kind == "many_choice" and several else "")}
    code = {"code": escape(str(given["code"]).rstrip())} if given.get("code") else {}
    if "id" in given and not _ID.fullmatch(str(given["id"])):
        raise ValueError(f"{where} must have an id of small letters, digits and hyphens, got {given['id']!r}")
    name = {"id": str(given["id"])} if "id" in given else {}
    return {**name, **text, **code, **checked}


def _choice(where: str, given: Mapping[str, Any]) -> Html:
    answers = given.get("answers")
    if not isinstance(answers, list) or len(answers) < 2:
        got = len(answers) if isinstance(answers, list) else 0
        raise ValueError(f"{where} must have at least 2 answers, got {got}")
    seen: set[str] = set()
    result = []
    for answer in answers:
        if not isinstance(answer, Mapping) or set(map(str, answer)) - {"answer", "correct", "feedback"}:
            raise ValueError(f"{where} must have answers with answer, correct and feedback, got {answer!r}")
        text = answer.get("answer")
        if isinstance(text, bool) or text is None:
            raise ValueError(f"{where} has the answer {text!r}: write it as text, in quotation marks")
        plain = " ".join(str(text).split())
        if not plain:
            raise ValueError(f"{where} has an empty answer")
        if plain in seen:
            raise ValueError(f"{where} has the answer {plain!r} twice")
        seen.add(plain)
        correct = answer.get("correct", False)
        if not isinstance(correct, bool):
            raise ValueError(f"{where} must say true or false for correct, got {correct!r} for {plain!r}")
        feedback = " ".join(str(answer.get("feedback") or "").split())
        if not correct and not feedback:
            raise ValueError(f"{where} has the wrong answer {plain!r} without feedback")
        entry: Html = {"answer": to_html(plain), "correct": correct, "feedback": _verdict(correct, feedback)}
        if "$" in plain:
            entry["name"] = re.sub(r"[$`*]", "", plain)  # a formula alone gives a control no name
        result.append(entry)
    right = sum(bool(answer["correct"]) for answer in result)
    if not right:
        raise ValueError(f"{where} has no right answer")
    kind = "many_choice" if right > 1 else "multiple_choice"
    return {"type": kind, "answers": _shuffled(result, str(given["question"]))}


def _shuffled(answers: list[Html], seed: str) -> list[Html]:
    """Return answers in an order that is the same in every build, whatever other questions there are."""
    return random.Random(seed).sample(answers, len(answers))


def _numeric(where: str, given: Mapping[str, Any]) -> Html:
    if "value" not in given and "range" not in given:
        raise ValueError(f"{where} has no right answer: give answers, or value and tolerance, or range")
    low, high = _interval(where, given, None)
    answers = [
        {"range": _widened(low, high), "correct": True, "feedback": _verdict(True, given.get("feedback"))}
    ]
    taken = [(low, high)]
    wrong = given.get("wrong", [])
    if not isinstance(wrong, list):
        raise ValueError(f"{where} must have a list named wrong, got {wrong!r}")
    for entry in wrong:
        if not isinstance(entry, Mapping) or set(map(str, entry)) - {
            "value",
            "tolerance",
            "range",
            "feedback",
        }:
            raise ValueError(f"{where} must have wrong values with value and feedback, got {entry!r}")
        if not str(entry.get("feedback") or "").strip():
            raise ValueError(f"{where} has a wrong value without feedback: {dict(entry)!r}")
        interval = _interval(where, entry, given.get("tolerance", (high - low) / 2))
        if any(interval[0] <= other[1] and other[0] <= interval[1] for other in taken):
            raise ValueError(f"{where} has a wrong value that another answer covers: {dict(entry)!r}")
        taken.append(interval)
        answers.append(
            {"range": _widened(*interval), "correct": False, "feedback": _verdict(False, entry["feedback"])}
        )
    otherwise = str(given.get("otherwise") or "").strip()
    if not otherwise:
        raise ValueError(f"{where} must explain other wrong numbers in a text named otherwise")
    answers.append({"type": "default", "feedback": _verdict(False, otherwise)})
    return {"type": "numeric", "answers": answers}


def _interval(where: str, given: Mapping[str, Any], tolerance: Any) -> tuple[float, float]:
    """Return the smallest and the largest number that an entry stands for."""
    if "range" in given:
        ends = given["range"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise ValueError(f"{where} must have a range of two numbers, got {ends!r}")
        low, high = (_number(where, "range", end) for end in ends)
        if low >= high:
            raise ValueError(f"{where} must have a range from a smaller to a larger number, got {ends!r}")
        return low, high
    if "value" not in given:
        raise ValueError(f"{where} must have a value or a range in {dict(given)!r}")
    margin = given.get("tolerance", tolerance)
    if margin is None:
        raise ValueError(f"{where} has a value without tolerance")
    value, width = _number(where, "value", given["value"]), _number(where, "tolerance", margin)
    if width < 0:
        raise ValueError(f"{where} must have a tolerance of at least 0, got {margin!r}")
    return value - width, value + width


def _number(where: str, name: str, given: Any) -> float:
    try:
        if isinstance(given, bool):
            raise TypeError
        number = float(given)  # YAML reads 1e-3 as text
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{where} must have a finite number as {name}, got {given!r}")
    return number


def _widened(low: float, high: float) -> list[float]:
    """Return an interval whose ends count as inside, whatever their last binary digit."""
    slack = 1e-9 * max(abs(low), abs(high), 1e-6)
    return [low - slack, high + slack]


def _verdict(correct: bool, feedback: Any) -> str:
    text = " ".join(str(feedback or "").split())
    return f"<strong>{'Correct.' if correct else 'Not quite.'}</strong> {to_html(text)}".strip()


def to_html(text: str) -> str:
    """Turn a text of a quiz into HTML that jupyterquiz leaves as it is.

    Parameters
    ----------
    text : str
        Text with mathematics between dollar signs, code between backticks, and emphasis between stars.

    Returns
    -------
    str
        HTML; mathematics stands in a ``span`` with the class ``dlb-tex``.

    Examples
    --------
    >>> to_html("Is `a<b` or $x_1$ *new*?")
    'Is <code>a&lt;b</code> or <span class="dlb-tex">\\\\(x_1\\\\)</span> <em>new</em>?'
    """

    def safe(part: str) -> str:
        # jupyterquiz looks for dollar signs and for Markdown's links.
        return escape(part.replace("\\$", "$"), quote=False).replace("$", "&#36;").replace("](", "]&#40;")

    words, last = [], 0
    for match in _TOKEN.finditer(text):
        words.append(safe(text[last : match.start()]))
        last = match.end()
        kind = match.lastgroup
        inner = match[kind] if kind else ""
        if kind == "tex":
            tex = escape(inner.strip(), quote=False).replace("](", "]{}(")
            words.append(rf'<span class="dlb-tex">\({tex}\)</span>')
        elif kind == "code":
            words.append(f"<code>{safe(inner)}</code>")
        else:
            words.append(f"<{kind}>{to_html(inner)}</{kind}>")
    return _MARKED.sub(r'<span class="dlb-tied">\1</span>', "".join([*words, safe(text[last:])]))


def markup(questions: list[Html], *, store: bool = False) -> str:
    """Return the HTML of a quiz: its data, and the questions as a list for readers without JavaScript.

    Parameters
    ----------
    questions : list of dict
        What `load` returned.
    store : bool
        Whether to add each formula once more, unseen, for a notebook's own typesetter: it sets what stands in
        the output, not what a script adds later.

    Returns
    -------
    str
        One ``div`` of the class ``dlb-quiz``.
    """
    keyed = [question | {"key": _key(question)} for question in questions]
    data = json.dumps(keyed, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    check = all("id" in question for question in questions)
    name = "Check" if check else "Quiz"
    items = "".join(_plain(question) for question in questions)
    formulas = ""
    if store:
        every = dict.fromkeys(_TEX.findall(json.loads(f'"{_escaped(questions)}"')))
        spans = "".join(rf'<span data-tex="{escape(unescape(tex))}">\({tex}\)</span>' for tex in every)
        formulas = f'<div class="dlb-quiz-math" aria-hidden="true">{spans}</div>'
    return (
        f'<div class="dlb-quiz{" dlb-quiz-between" * check}" role="group" aria-label="{name}">'
        f'<script type="application/json" class="dlb-quiz-data">{data}</script>'
        f'<ol class="dlb-quiz-plain">{items}</ol>{formulas}</div>'
    )


def _key(question: Html) -> str:
    """Return a name of a question, under which an answer is kept until the question changes."""
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:8]


def fill_in(html: str, folder: Path) -> tuple[str, list[Path]]:
    """Put quizzes into the places that `quiz` left for them in the output of a page.

    Parameters
    ----------
    html : str
        One output of a notebook.
    folder : Path
        Where the notebook is.

    Returns
    -------
    html : str
        The output with its quizzes.
    files : list of Path
        The files that they were made from.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a question cannot be asked.
    """
    files = [folder / unescape(place["file"]) for place in _PLACE.finditer(html)]

    def filled(place: re.Match[str]) -> str:
        path = folder / unescape(place["file"])
        return markup(_chosen(load(path), unescape(place["only"] or "").split(), path.name))

    return _PLACE.sub(filled, html), files


def forgotten(outputs: Sequence[str], folder: Path) -> list[str]:
    """Return the questions with an id that no output of a notebook shows.

    Parameters
    ----------
    outputs : sequence of str
        The HTML of the outputs, as `quiz` left it for a page.
    folder : Path
        Where the notebook is.

    Returns
    -------
    list of str
        The ids.
    """
    places = [place for output in outputs for place in _PLACE.finditer(output)]
    shown = {name for place in places for name in unescape(place["only"] or "").split()}
    files = {folder / unescape(place["file"]) for place in places}
    ids = [question["id"] for file in sorted(files) for question in load(file) if "id" in question]
    return [name for name in ids if name not in shown]


def _escaped(questions: list[Html]) -> str:
    return json.dumps(" ".join(_strings(questions)))[1:-1]


def _strings(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item]
    values = item.values() if isinstance(item, Mapping) else item if isinstance(item, list) else ()
    return [text for value in values for text in _strings(value)]


def _plain(question: Html) -> str:
    code = f"<pre><code>{question['code']}</code></pre>" if "code" in question else ""
    if question["type"] == "numeric":
        choices, explained = "", [question["answers"][0]["feedback"], question["answers"][-1]["feedback"]]
        low, high = question["answers"][0]["range"]
        explained[0] = f"Between {low:.6g} and {high:.6g}. {explained[0]}"
    else:
        choices = "<ul>" + "".join(f"<li>{answer['answer']}</li>" for answer in question["answers"]) + "</ul>"
        explained = [f"{answer['answer']}: {answer['feedback']}" for answer in question["answers"]]
    told = "".join(f"<li>{text}</li>" for text in explained)
    answer = f"<details><summary>Answer</summary><ul>{told}</ul></details>"
    return f"<li><p>{question['question']}</p>{code}{choices}{answer}</li>"


def typeset(page: str, render: Callable[[str], str]) -> str:
    """Replace the formulas of all quizzes of a page by typeset ones, so that the page needs no script for
    them.

    Parameters
    ----------
    page : str
        HTML with quizzes as `markup` writes them.
    render : callable
        Takes the TeX of one formula and returns its HTML.

    Returns
    -------
    str
        The page.
    """

    def one(match: re.Match[str]) -> str:
        return f'<span class="dlb-tex">{render(unescape(match[1]))}</span>'

    def typeset_all(item: Any) -> Any:
        if isinstance(item, str):
            return _TEX.sub(one, item)
        if isinstance(item, list):
            return [typeset_all(value) for value in item]
        return {key: typeset_all(value) for key, value in item.items()} if isinstance(item, dict) else item

    def data(match: re.Match[str]) -> str:
        text = json.dumps(typeset_all(json.loads(match[2])), ensure_ascii=False, separators=(",", ":"))
        return match[1] + text.replace("<", "\\u003c") + match[3]

    return _TEX.sub(one, _DATA.sub(data, page))


def script() -> str:
    """Return the script of the quizzes: jupyterquiz's, and what makes it operable by keyboard and screen
    reader.

    jupyterquiz would load MathJax from another host if it found none; its address is left out, and the script
    is given a stand-in for MathJax.

    Returns
    -------
    str
        JavaScript.
    """
    from importlib.resources import files

    folder = files("jupyterquiz") / "js"
    names = ("helpers.js", "multiple_choice.js", "numeric.js", "show_questions.js")
    engine = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    engine = re.sub(r"""(['"])https?://.*?\1""", "''", engine)
    engine = re.sub(r"/\*[\s\S]*?\*/|^[ \t]*//.*$", "", engine, flags=re.MULTILINE)
    engine = re.sub(r"\n\s*\n+", "\n", engine)
    return (
        "(function (console, MathJax) {\n"
        f"{engine}\n"
        "window.dlbQuizEngine = show_questions;\n"
        "})({log: function () {}, error: window.console.error.bind(window.console)},"
        " {version: '3', typeset: function (elements) { window.dlbQuiz.typeset(elements); }});\n"
        f"{_asset('quiz.js')}"
    )


def _asset(name: str) -> str:
    from importlib.resources import files

    return (files("dlbook.display") / "assets" / name).read_text(encoding="utf-8")
