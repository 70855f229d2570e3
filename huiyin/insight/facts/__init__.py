"""Facts: closed days as lines that are only added, in PostgreSQL and as Parquet in the lake."""
