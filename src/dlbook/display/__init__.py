"""What notebooks show: figures with controls, animations, diagrams, sounds, code, tables and quizzes."""

from . import diagrams
from .animate import animate
from .audio import audio
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
    "audio",
    "diagrams",
    "explore",
    "quiz",
    "show_source",
    "table",
    "use_style",
]
