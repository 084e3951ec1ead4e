"""polars: types given, its threads set before it is imported."""
import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[2]
import polars  # noqa: E402

import ingest_reader  # noqa: E402


def read(path, threads, columns):
    schema = {f"c{i}": polars.Float32 for i in range(columns)}
    return polars.read_csv(path, has_header=False, schema=schema)


ingest_reader.run(read, lambda rows: (rows[name].to_numpy() for name in rows.columns))
