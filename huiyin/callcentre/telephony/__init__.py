"""The call distributor: who is rung when, what an agent may do with a call, and what is written.

The distributor itself (``distributor``) does no input or output: it hears what the line tells and
what agents wish, and answers with what the line is to do and with facts to be stored. So the same
code runs on a real switch, on the simulated line and on a clock that is driven. Must not know
pages; the switch is known to ``drivers`` alone.
"""
