"""The session of this process on a city's own Spark cluster; pyspark is an optional extra."""

from __future__ import annotations

from typing import Any


class ClusterMissing(RuntimeError):
    """A cluster is named in the settings, and the packages that reach it are not installed."""

    def __init__(self) -> None:
        super().__init__("HUIYIN_SPARK_MASTER 已设置，但没有安装 pyspark：请先执行 make spark")


def session(master: str) -> Any:
    """Return the session on a cluster (``spark://host:port``, ``local[2]``), opened when needed.

    Memory, cores and addresses are the operator's: ``spark-defaults.conf`` in ``SPARK_CONF_DIR``.

    Raises:
        ClusterMissing: pyspark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise ClusterMissing from missing
    return (
        SparkSession.builder.master(master)
        .appName("huiyin")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
