"""Aligned text tables for pinned outputs."""

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import checks


def table(
    rows: Sequence[Any] | np.ndarray,
    columns: Sequence[str] | None = None,
    *,
    digits: int = 4,
    index: Sequence[Any] | None = None,
) -> None:
    """Print rows as aligned text that is the same on every machine.

    Real numbers are rounded to a fixed number of decimals and stand on the right, like whole numbers; texts
    and truth values stand on the left. A number that rounds to zero has no minus sign, no line ends in
    blanks, and None is an empty cell.

    Parameters
    ----------
    rows : sequence of sequence, sequence of mapping, or array of shape (n_rows, n_columns)
        The cells. Mappings give a column for each key, in the order in which the keys first appear. An array
        with one axis is a single column.
    columns : sequence of str, optional
        Names of the columns; of mappings, the keys that are shown and their order.
    digits : int
        Number of decimals of real numbers.
    index : sequence, optional
        A first column without a name, such as the names of the rows.

    Raises
    ------
    ValueError
        If there are no rows, the rows are not equally long, or `columns` or `index` do not fit them.

    Examples
    --------
    >>> from dlbook.display import table
    >>> table([["AND", 7, 0.5], ["XOR", 12, -0.00001]], ["gate", "updates", "error"])
    gate  updates   error
    AND         7  0.5000
    XOR        12  0.0000
    >>> table([{"x": 1, "y": 2.5}, {"x": 10, "y": None}], digits=1)
     x    y
     1  2.5
    10
    """
    digits = checks.count(digits, "digits", least=0)
    header, cells = _cells(rows, columns)
    if index is not None:
        names = list(index)
        if len(names) != len(cells):
            raise ValueError(f"index must name each of the {len(cells)} rows, got {len(names)}")
        cells = [[name, *row] for name, row in zip(names, cells, strict=True)]
        header = None if header is None else ["", *header]
    print(_layout(header, cells, digits))


def _cells(rows: Any, columns: Sequence[str] | None) -> tuple[list[str] | None, list[list[Any]]]:
    """Return the names of the columns, where there are any, and the cells row by row."""
    several = np.iterable(rows) and not isinstance(rows, str | Mapping)
    given = [_plain(row) for row in rows] if several else []
    if not given:
        raise ValueError(f"rows must hold at least one row, got {rows!r:.60}")
    header = None if columns is None else [str(name) for name in columns]
    mappings = [isinstance(row, Mapping) for row in given]
    if any(mappings):
        if not all(mappings):
            raise ValueError("rows must be all mappings or all sequences, got both")
        keys = list(dict.fromkeys(key for row in given for key in row)) if columns is None else list(columns)
        known = {key for row in given for key in row}
        unknown = [key for key in keys if key not in known]
        if unknown:
            raise ValueError(f"columns must be keys of the rows, got {unknown[0]!r}")
        return [str(key) for key in keys], [[row.get(key) for key in keys] for row in given]
    cells = [list(row) if isinstance(row, (list, tuple)) else [row] for row in given]
    width = len(cells[0]) if header is None else len(header)
    for number, row in enumerate(cells):
        if len(row) != width:
            raise ValueError(f"rows must have {width} cells each, got row {number} with {len(row)}")
    return header, cells


def _plain(row: Any) -> Any:
    return row.tolist() if isinstance(row, (np.ndarray, np.generic)) else row


def _text(value: Any, digits: int) -> tuple[str, bool]:
    """Return a cell as text and whether it is a number."""
    value = _plain(value)
    if value is None:
        return "", True
    if isinstance(value, bool):
        return str(value), False
    if isinstance(value, numbers.Integral):
        return str(int(value)), True
    if isinstance(value, numbers.Real):
        # The last bits of a sum differ between machines; they must not decide how a half is rounded.
        text = f"{float(f'{float(value):.12g}'):.{digits}f}"
        return (text.lstrip("-") if float(text) == 0 else text), True
    if isinstance(value, numbers.Complex):
        number = complex(value)
        real, imaginary = (_text(part, digits)[0] for part in (number.real, abs(number.imag)))
        negative = number.imag < 0 and float(imaginary) != 0
        return f"{real}{'-' if negative else '+'}{imaginary}j", True
    return " ".join(str(value).split()), False


def _layout(header: list[str] | None, cells: list[list[Any]], digits: int) -> str:
    written = [[_text(value, digits) for value in row] for row in cells]
    right = [all(is_number for _, is_number in column) for column in zip(*written, strict=True)]
    lines = [[text for text, _ in row] for row in written]
    if header is not None:
        lines.insert(0, header)
    widths = [max(len(text) for text in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if flush else text.ljust(width)
            for text, width, flush in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )
