"""People outside the units: the petition office, media, discipline inspection, the police line.

Whom to tell, and that they were told; the telling itself is done by messages. Must not know them.
"""
