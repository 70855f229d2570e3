"""Where a database is and how to reach it."""

from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from huiyin.kernel.postgres.errors import PostgresProblem


@dataclass(frozen=True)
class Address:
    """The facts needed to connect to one database.

    Attributes:
        host: a host name, or the folder of a unix socket.
        port: the port, which is also part of a socket's name.
        user: the role.
        password: empty where the server asks the operating system who we are.
        dbname: the database.
        options: other connection settings, such as ``sslmode``.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    dbname: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read a ``postgresql://`` address.

        Raises:
            PostgresProblem: the address cannot be read.
        """
        try:
            parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
            port = int(parts.pop("port", "5432"))
        except (ProgrammingError, ValueError) as mistake:
            raise PostgresProblem("bad_address", "数据库地址写得不对", str(mistake)) from mistake
        return cls(
            host=parts.pop("host", ""),
            port=port,
            user=parts.pop("user", ""),
            password=parts.pop("password", ""),
            dbname=parts.pop("dbname", ""),
            options=tuple(sorted(parts.items())),
        )

    @property
    def url(self) -> str:
        """The address as ``postgresql://``; a socket folder stands in the ``host`` parameter."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        query = [("host", self.host), ("port", str(self.port)), *self.options]
        user, dbname = quote(self.user, safe=""), quote(self.dbname, safe="")
        return f"postgresql://{user}{secret}@/{dbname}?{urlencode(query)}"

    def as_django(self) -> dict[str, Any]:
        """Return the entry for Django's ``DATABASES``."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.dbname,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port),
            "OPTIONS": dict(self.options),
        }

    def as_psycopg(self) -> dict[str, Any]:
        """Return the keyword arguments for ``psycopg.connect``, all but the empty ones."""
        facts = {"host": self.host, "user": self.user, "password": self.password}
        named = {key: value for key, value in facts.items() if value}
        return {**named, "port": self.port, "dbname": self.dbname, **dict(self.options)}

    def named(self, dbname: str) -> Self:
        """Return the address of another database of the same server."""
        return replace(self, dbname=dbname)
