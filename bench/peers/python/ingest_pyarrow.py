"""pyarrow: types given, blocks of 1 MiB on all threads."""
import pyarrow
from pyarrow import csv

import ingest_reader


def read(path, threads, columns):
    pyarrow.set_cpu_count(threads)
    names = [f"c{i}" for i in range(columns)]
    return csv.read_csv(path, csv.ReadOptions(use_threads=threads > 1, column_names=names),
                        convert_options=csv.ConvertOptions(
                            column_types=dict.fromkeys(names, pyarrow.float32())))


ingest_reader.run(read, lambda table: (column.to_numpy() for column in table.columns))
