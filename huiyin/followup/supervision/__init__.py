"""Beside the flow: units that are slow are reminded and urged, and each time is written down.

Records beside the order, never states of it. Must not know channels.
"""
