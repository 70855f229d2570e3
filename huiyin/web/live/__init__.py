"""Live events: pages hear of changes within a second, each person of what they may see.

The worker tells PostgreSQL of every step (``nudges``); a small ASGI process listens there once and
passes it on to every open page (``app``). Nothing is stored and nothing depends on it: a page that
hears nothing shows the same when it is loaded again.
"""
