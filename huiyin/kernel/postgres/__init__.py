"""The private PostgreSQL, which the program starts by itself when no ``DATABASE_URL`` is given.

Any process may start, find again and stop the server of a data folder; nothing but that folder
carries state from one process to the next. See docs/decisions/0002-private-postgresql.md.
"""

from huiyin.kernel.postgres.address import Address
from huiyin.kernel.postgres.cluster import Cluster
from huiyin.kernel.postgres.dump import dump, restore
from huiyin.kernel.postgres.errors import PostgresProblem
from huiyin.kernel.postgres.folder import place_for

__all__ = ["Address", "Cluster", "PostgresProblem", "dump", "place_for", "restore"]
