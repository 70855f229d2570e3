"""Facts, warnings and reports. Must not know scores."""
