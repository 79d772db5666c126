"""What notebooks show: controls over figures, animations, diagrams, source code, tables and quizzes."""

from . import diagrams
from .animate import animate
from .explore import explore
from .palette import CYCLE, DARK, LIGHT
from .quiz import quiz
from .source import show_source
from .style import use_style
from .table import table

__all__ = [
    "CYCLE",
    "DARK",
    "LIGHT",
    "animate",
    "diagrams",
    "explore",
    "quiz",
    "show_source",
    "table",
    "use_style",
]
