"""Coordination 协调: flagged cases, meetings with agenda and minutes, cases handled jointly.

Must not know channels. What is to be done becomes tasks of ``followup.tasks``.
"""
