"""The catalogue of matters (派单目录): categories, limits and parameters by date; articles and news.

Must not know orders.
"""
