"""Loader of city profiles, and the profiles as data."""
