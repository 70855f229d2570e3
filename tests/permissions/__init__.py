"""The permission matrix: one row per URL and method, walked by ``tests/test_permissions.py``."""
