"""Settings: base for all, then demo, prod and test."""
