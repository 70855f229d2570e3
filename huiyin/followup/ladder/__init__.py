"""The escalation ladder: rows of the city say when a slow order goes a level up, and to whom.

A row beside the order for each level that it reached; must not know channels.
"""
