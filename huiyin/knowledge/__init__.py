"""The catalogue of matters (派单目录): categories, limits and parameters by date; articles.

Must not know orders.
"""
