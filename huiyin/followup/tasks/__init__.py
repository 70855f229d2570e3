"""Tasks with a date that units report and the office confirms: of meetings, instructions, cases.

Must not know who gives them: what a task came from is told by the sheet that it stands on.
"""
