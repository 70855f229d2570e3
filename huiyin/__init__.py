"""回音 Huiyin: the platform behind a 12345 citizens' hotline.

docs/architecture.md gives the order of the packages.
"""
