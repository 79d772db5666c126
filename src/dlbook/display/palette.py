"""The colours of the book, shared by its figures and its pages.

The hues are those of Okabe and Ito (2008), moved apart in lightness: a line in any of them has a contrast of
at least 3 on its paper, and any two stay apart for readers with protanopia, deuteranopia or tritanopia.
`DARK` holds the same hues for a dark page.
"""

LIGHT: dict[str, str] = {
    "ink": "#1b2733",
    "muted": "#5b6770",
    "faint": "#d5dbe0",
    "paper": "#ffffff",
    "blue": "#0869a8",
    "vermilion": "#d95f02",
    "green": "#0a5833",
    "purple": "#ae4881",
    "amber": "#7d4f00",
    "sky": "#2b97de",
}

DARK: dict[str, str] = {
    "ink": "#e6ebef",
    "muted": "#a3afb9",
    "faint": "#3d4852",
    "paper": "#14181c",
    "blue": "#52aaea",
    "vermilion": "#f08043",
    "green": "#53d8ac",
    "purple": "#da89b9",
    "amber": "#ffc857",
    "sky": "#a3d6ff",
}

CYCLE: tuple[str, ...] = ("blue", "vermilion", "green", "purple", "amber", "sky")
"""Names of the line colours, in the order in which a figure uses them."""
