"""Finding Chinese text inside PostgreSQL: by pairs of characters, newest first, in any table.

A table gets one GIN index over ``bigrams(text)``; what a person types becomes terms (``asking``),
terms become one windowed statement (``windows``), and texts are shown with their hits
(``excerpts``). What nobody wrote so is tried again as it sounds (``nearby``).
"""

from huiyin.kernel.search.asking import Asked, Term, ask
from huiyin.kernel.search.excerpts import Excerpt, Piece, excerpt, marked
from huiyin.kernel.search.windows import Bounds, Found, Place, Source, newest

__all__ = [
    "Asked",
    "Bounds",
    "Excerpt",
    "Found",
    "Piece",
    "Place",
    "Source",
    "Term",
    "ask",
    "excerpt",
    "marked",
    "newest",
]
