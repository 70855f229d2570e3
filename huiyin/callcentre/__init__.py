"""Telephony, shifts and quality of the call centre."""
