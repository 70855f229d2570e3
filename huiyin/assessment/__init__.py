"""Indicators, rounds, scores, ranking: reads closed facts only."""
