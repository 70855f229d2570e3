"""Boundary rulings 职责边界: who is in charge of a matter that several units disown.

Must not know how a ruling came about: its basis is told in words.
"""
