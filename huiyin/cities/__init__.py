"""Loader of city profiles, and the profiles as data.

A profile is a folder of TOML and CSV files; ``profile.read`` gives frozen records or refuses it
with every mistake and its line. ``fields`` lists the columns, ``vocabulary`` the words allowed.
"""
