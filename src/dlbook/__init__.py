"""Helper package of the book: the algorithms by chapter, and what its notebooks share.

Importing :mod:`dlbook` or a chapter's package loads NumPy and nothing heavier.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
