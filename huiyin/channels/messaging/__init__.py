"""Messages to citizens: SMS and e-mail through one door, with drivers behind it.

Must not know: pages, scores, telephones. It hears of orders through the outbox;
orders never hear of it.
"""
