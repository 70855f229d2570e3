"""Chinese text without a word of the field: cleaning, one spelling, pairs, words, sounds.

Dictionaries are loaded by the first call that needs them, never at import: the start of a command
costs nothing for what it does not use.
"""

from huiyin.kernel.text.cleaning import clean, phone_digits, shorten
from huiyin.kernel.text.pieces import LONGEST_PIECE, bigrams, cut, is_word, pieces, words
from huiyin.kernel.text.sounds import initials, sound, sounds
from huiyin.kernel.text.spelling import normalise, normalise_with_places, simplify

__all__ = [
    "LONGEST_PIECE",
    "bigrams",
    "clean",
    "cut",
    "initials",
    "is_word",
    "normalise",
    "normalise_with_places",
    "phone_digits",
    "pieces",
    "shorten",
    "simplify",
    "sound",
    "sounds",
    "words",
]
