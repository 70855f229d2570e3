"""Simulated years: how far a run is, and what it measured beside what the city published."""
