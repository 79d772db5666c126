"""What notebooks show: figures with controls, live figures, animations, diagrams, sounds, code, quizzes."""

from . import diagrams
from .animate import animate
from .audio import audio
from .explore import explore
from .live import live
from .palette import CYCLE, DARK, LIGHT
from .quiz import quiz
from .source import show_source
from .style import use_style
from .table import table
from .weights import pack

__all__ = [
    "CYCLE",
    "DARK",
    "LIGHT",
    "animate",
    "audio",
    "diagrams",
    "explore",
    "live",
    "pack",
    "quiz",
    "show_source",
    "table",
    "use_style",
]
