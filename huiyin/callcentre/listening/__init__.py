"""Call tests 电话测听: a drawn sample of recorded calls that somebody hears and judges.

Must not know the switch; recordings are heard through the telephone's own log.
"""
