"""Leaders' instructions 批示 on orders and reports: who, when, what; tasks, feedback, closing.

Must not know channels. What is to be done becomes tasks of ``followup.tasks``.
"""
