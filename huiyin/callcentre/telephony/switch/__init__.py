"""A private Asterisk: where it is, its settings, its sounds, how it is started. No database.

The settings in ``etc`` are also what a customer's own Asterisk needs; see docs/telephony.md.
"""
