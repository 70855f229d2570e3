"""Messages to citizens, and to people outside the units: SMS and e-mail through one door.

Must not know: pages, scores, telephones. It hears of orders through the outbox;
orders never hear of it.
"""
