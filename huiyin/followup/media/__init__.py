"""Matters that newspapers and television follow: the record, what appeared, the result.

Records beside the orders; must not know channels.
"""
