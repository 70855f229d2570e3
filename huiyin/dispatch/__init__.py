"""Assignment by hand: lead, assisting and supervising units, passing down.

Must not know telephony.
"""
