"""Tables print the same text everywhere."""

import numpy as np
import pytest

from dlbook.display import table


def printed(capsys: pytest.CaptureFixture[str], *args: object, **options: object) -> list[str]:
    table(*args, **options)  # type: ignore[arg-type]
    return capsys.readouterr().out.splitlines()


def test_alignment_by_kind(capsys) -> None:
    rows = [["AND", 7, 0.5, True], ["XOR!", 1200, -12.25, False]]
    assert printed(capsys, rows, ["gate", "updates", "e", "done"]) == [
        "gate  updates         e  done",
        "AND         7    0.5000  True",
        "XOR!     1200  -12.2500  False",
    ]


def test_array_without_header(capsys) -> None:
    assert printed(capsys, np.array([[1.0, 20.0], [-3.5, 0.04]]), digits=1) == [
        " 1.0  20.0",
        "-3.5   0.0",
    ]


def test_integer_and_boolean_arrays_keep_their_kind(capsys) -> None:
    assert printed(capsys, np.array([[1, 20], [-300, 4]])) == ["   1  20", "-300   4"]
    assert printed(capsys, np.array([True, False])) == ["True", "False"]


def test_numpy_scalars_and_vectors_as_rows(capsys) -> None:
    rows = [[np.float32(0.25), np.int64(3)], [np.float64(1), np.int8(10)]]
    assert printed(capsys, rows, digits=2) == ["0.25   3", "1.00  10"]
    assert printed(capsys, [np.array([1.0, 2.0]), np.array([3.0, 4.0])], digits=0) == ["1  2", "3  4"]


@pytest.mark.parametrize("value", [-0.0, -1e-9, -0.00004999])
def test_no_negative_zero(capsys, value: float) -> None:
    assert printed(capsys, [[value]]) == ["0.0000"]


def test_last_bit_does_not_decide_a_half(capsys) -> None:
    below = np.nextafter(0.12345, 0.0)
    above = np.nextafter(0.12345, 1.0)
    assert printed(capsys, [[below]]) == printed(capsys, [[0.12345]]) == printed(capsys, [[above]])


def test_not_a_number_infinity_complex(capsys) -> None:
    assert printed(capsys, [[np.nan], [np.inf], [-np.inf]]) == [" nan", " inf", "-inf"]
    assert printed(capsys, [[1 - 2j], [0.5 + 0.00001j]], digits=2) == ["1.00-2.00j", "0.50+0.00j"]


def test_mappings_and_their_order(capsys) -> None:
    rows = [{"a": 1, "b": "x"}, {"b": "long", "c": 2.0, "a": None}]
    assert printed(capsys, rows, digits=1) == ["a  b       c", "1  x", "   long  2.0"]
    assert printed(capsys, rows, ["b", "a"]) == ["b     a", "x     1", "long"]


def test_index_names_the_rows(capsys) -> None:
    assert printed(capsys, [[0.5], [1.5]], ["p"], index=["sun", "rain"], digits=1) == [
        "        p",
        "sun   0.5",
        "rain  1.5",
    ]


def test_no_trailing_blanks_and_one_line_a_row(capsys) -> None:
    lines = printed(capsys, [["a\nb  c", "x"], ["d", ""]], ["first", "second"])
    assert lines == ["first  second", "a b c  x", "d"]
    assert all(line == line.rstrip() for line in lines)


def test_inputs_are_not_changed(capsys) -> None:
    rows = [[1, -0.0]]
    table(rows, index=["r"])
    assert rows == [[1, -0.0]]
    assert np.signbit(rows[0][1])


@pytest.mark.parametrize(
    ("rows", "options", "name"),
    [
        ([], {}, "rows"),
        (3, {}, "rows"),
        ("text", {}, "rows"),
        ([[1, 2], [3]], {}, "rows"),
        ([[1, 2]], {"columns": ["a"]}, "rows"),
        ([{"a": 1}, [2]], {}, "rows"),
        ([{"a": 1}], {"columns": ["b"]}, "columns"),
        ([[1]], {"index": ["a", "b"]}, "index"),
        ([[1]], {"digits": -1}, "digits"),
        ([[1]], {"digits": 1.5}, "digits"),
    ],
)
def test_bad_arguments_are_named(rows, options, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        table(rows, **options)
