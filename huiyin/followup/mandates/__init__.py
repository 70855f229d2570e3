"""Supervision orders 督办单: what a unit is pressed for, by when, and how it was answered.

Records beside the orders that they are about, never states of them. Must not know channels.
"""
