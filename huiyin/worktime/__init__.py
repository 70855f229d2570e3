"""Working calendars (holidays, worked weekends 调休) and pure deadline arithmetic.

Must not know Django.
"""
