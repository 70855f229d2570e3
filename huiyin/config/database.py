"""The database that this process uses: the one that DATABASE_URL names, else a private one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from huiyin.config import environment
from huiyin.kernel.postgres import Address, Cluster, PostgresProblem, place_for

DATABASE = "huiyin"


def is_private() -> bool:
    """Tell whether no DATABASE_URL was given by the operator."""
    return "HUIYIN_PRIVATE" in os.environ or not environment.get("DATABASE_URL")


def private_cluster(folder: Path | None = None) -> Cluster:
    """Return the private server of this installation, running or not."""
    binaries = environment.get("HUIYIN_PG_BIN")
    return Cluster(
        folder or place_for(environment.var_dir() / "postgres"),
        bin_dir=Path(binaries) if binaries else None,
        source=environment.get("HUIYIN_PG_SOURCE") or None,
    )


def make_ready(progress: Callable[[str], None] = lambda _: None) -> str:
    """Start the private server if it is needed and let this process and its children know of it.

    Returns:
        the address as a URL.

    Raises:
        PostgresProblem: the private server cannot be started; one clear line.
    """
    if environment.get("DATABASE_URL"):
        return environment.get("DATABASE_URL")
    cluster = private_cluster()
    cluster.ensure_running(progress)
    address: Address = cluster.create_database(DATABASE)
    os.environ["DATABASE_URL"] = address.url
    os.environ["HUIYIN_PRIVATE"] = "1"
    return address.url


__all__ = ["PostgresProblem", "is_private", "make_ready", "private_cluster"]
