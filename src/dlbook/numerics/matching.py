"""The cheapest way to match things one to one."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks


def cheapest_matching(cost: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    r"""Match rows to columns, each at most once, so that the sum of the costs is smallest.

    Parameters
    ----------
    cost : array_like of shape (n_rows, n_columns)
        Cost of every pair, of either sign. As many pairs are matched as there are rows or columns, whichever
        are fewer; none if there are none.

    Returns
    -------
    rows : ndarray of int of shape (n_pairs,)
        Matched rows, in ascending order.
    columns : ndarray of int of shape (n_pairs,)
        Their columns.

    Raises
    ------
    ValueError
        If the costs are no finite table.

    Notes
    -----
    This is the Hungarian method in the form of shortest paths. Rows are added one at a time. Each looks for
    the cheapest chain of exchanges that ends at a free column. Potentials of rows and columns keep all
    reduced costs non-negative, so that the search is Dijkstra's. With n rows and m columns, n not above m, it
    takes :math:`O(n^2 m)` operations.

    References
    ----------
    - H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2,
      1955, pp. 83-97.
    - R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
      problems", Computing 38, 1987, pp. 325-340.

    Examples
    --------
    >>> rows, columns = cheapest_matching([[4, 1, 3], [2, 0, 5]])
    >>> rows.tolist(), columns.tolist()
    ([0, 1], [1, 0])
    """
    table = checks.array(cost, "cost", ("n_rows", "n_columns"), empty=True)
    if table.shape[0] > table.shape[1]:
        row_of = _columns(np.ascontiguousarray(table.T))
        order = np.argsort(row_of)
        return row_of[order], order
    return np.arange(len(table)), _columns(table)


def _columns(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return a column for each row of a table with at least as many columns as rows."""
    n, m = cost.shape
    row_potential, column_potential = np.zeros(n), np.zeros(m + 1)
    row_of = np.full(m + 1, -1)  # of each column; the extra column holds the row that is being added
    for row in range(n):
        row_of[m], column = row, m
        shortest, came_from = np.full(m, np.inf), np.full(m, m)
        done = np.zeros(m + 1, dtype=bool)
        while row_of[column] >= 0:
            done[column] = True
            current = row_of[column]
            reduced = cost[current] - row_potential[current] - column_potential[:m]
            shorter = ~done[:m] & (reduced < shortest)
            shortest[shorter], came_from[shorter] = reduced[shorter], column
            nearest = int(np.where(done[:m], np.inf, shortest).argmin())
            step = shortest[nearest]
            row_potential[row_of[done]] += step
            column_potential[done] -= step
            shortest[~done[:m]] -= step
            column = nearest
        while column != m:
            row_of[column] = row_of[came_from[column]]
            column = int(came_from[column])
    matched = np.flatnonzero(row_of[:m] >= 0)
    columns = np.empty(n, dtype=np.intp)
    columns[row_of[matched]] = matched
    return columns
