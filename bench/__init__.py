"""Speed, as ratios measured in one run on one PostgreSQL. ``make bench``, ``huiyin bench NAME``.

Everything runs on a server of its own below ``var/bench``, on loopback and its socket, bounded in
count and time. The peer of each creation is pgbench running the very same statements with the same
durability (fsync and synchronous_commit on) and as many clients.
"""
