"""Regions, units, staff, roles and permissions, calendars of the region.

Must not know orders.
"""
