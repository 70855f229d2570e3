"""Tests of the private PostgreSQL: real servers in folders of their own, no Django."""
