"""Difficult matters on file 疑难备案: answered from the material, not dispatched again."""
