"""Telephone calls as they happened: a call is not an order, and both are counted.

Must not know switches: telephony tells what happened, in bulk or one by one.
"""
