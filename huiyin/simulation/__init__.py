"""Days in the life of a city, driven through the public actions below it.

Citizens ask, agents answer, units sign, contact and reply, clerks call back: each person acts by
the same functions that pages and API use, at moments that a queue of the future decides. Must not
know the insides of any package, nor which city it runs.
"""
