"""Accountability: matters that go to discipline inspection, with an evidence package.

Known to supervisors only; the unit never sees it. Must not know channels.
"""
