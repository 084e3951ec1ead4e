#!/usr/bin/env python3
"""Parquet files by pyarrow, and the same numbers as CSV, for the tests of data/parquet.

usage: make_parquet.py FOLDER            many: every codec, encoding and page version
       make_parquet.py --golden FOLDER   the few that are under version control
Needs pyarrow (cmake/fetch_arrow.sh leaves one in .deps); without it, exit 77.
"""
import datetime
import decimal
import itertools
import pathlib
import random
import sys

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    print(error)
    sys.exit(77)

decimal.getcontext().prec = 80
LEAN = {"store_schema": False, "write_statistics": False}
INTEGERS = [(pa.int8(), 8), (pa.int16(), 16), (pa.int32(), 32), (pa.int64(), 64),
            (pa.uint8(), -8), (pa.uint16(), -16), (pa.uint32(), -32), (pa.uint64(), -64)]
DECIMALS = [pa.decimal128(5, 2), pa.decimal128(17, 0), pa.decimal128(38, 10),
            pa.decimal256(60, 45)]


def integer(rng, bits):
    low, high = (0, 2**-bits - 1) if bits < 0 else (-2**(bits - 1), 2**(bits - 1) - 1)
    return rng.choice([low, high, 0, rng.randint(low, high), 7])


def real(rng):
    return rng.choice([0.0, -0.0, 1.5, 1 / 3, -1e-3, 16777217.0, 3.4028235e38, 1e-45, 1e-300,
                       rng.uniform(-1, 1) * 10.0**rng.randint(-30, 30)])


def number(rng, kind):
    digits = rng.randint(1, kind.precision)
    return decimal.Decimal(rng.randint(-10**digits + 1, 10**digits - 1)).scaleb(-kind.scale)


def table(rows, seed, nulls=True):
    """A label and a column of each type of number."""
    rng = random.Random(seed)
    fields = [pa.field("label", pa.float64(), nullable=False)]
    columns = [[float(rng.randint(0, 1)) for _ in range(rows)]]

    def add(name, kind, draw):
        fields.append(pa.field(name, kind))
        columns.append([None if nulls and rng.random() < 0.1 else draw() for _ in range(rows)])

    add("double", pa.float64(), lambda: real(rng))
    add("float", pa.float32(), lambda: min(real(rng), 1e38))
    add("half", pa.float16(), lambda: rng.randint(-2048, 2048) / 8)
    add("few", pa.float64(), lambda: rng.choice([1.25, -3.0, 1e10]))
    add("flag", pa.bool_(), lambda: rng.random() < 0.5)
    for kind, bits in INTEGERS:
        add(str(kind), kind, lambda bits=bits: integer(rng, bits))
    for kind in DECIMALS:
        add(f"decimal{kind.precision}", kind, lambda kind=kind: number(rng, kind))
    add("nothing", pa.null(), lambda: None)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, fields)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def text(value):
    """As CSV: exact, but for decimals, which are written out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return format(value, "f") if isinstance(value, decimal.Decimal) else repr(value)


def write_csv(path, data):
    rows = [",".join(data.column_names)]
    rows += [",".join(map(text, row)) for row in zip(*(c.to_pylist() for c in data.columns))]
    path.write_text("\n".join(rows) + "\n")


def write_good(folder, name, data, **options):
    pq.write_table(data, folder / f"{name}.parquet", **options)
    write_csv(folder / f"{name}.csv", data)


def write_bad(folder):
    """Files that are refused: what each of them holds is told by its name."""
    labels = [1.0, 0.0, 1.0]
    when = datetime.datetime(2026, 1, 2)
    inf = float("inf")
    for name, columns in {
            "string": {"label": labels, "age": [1, 2, 3], "job": ["a", "b", "c"], "city": ["x"] * 3},
            "timestamp": {"label": labels, "since": [when] * 3},
            "date": {"label": labels, "day": [when.date()] * 3},
            "binary": {"label": labels, "blob": [b"a"] * 3},
            "list": {"label": labels, "history": [[1, 2]] * 3},
            "struct": {"label": labels, "point": [{"x": 1, "y": 2}] * 3},
            "null_label": {"label": [1.0, None, None], "x": [1, 2, 3]},
            "infinite": {"label": [1.0, inf, 0.0], "x": [1.5, 2.5, -inf], "y": [1, 2, 3]},
            "too_large": {"label": labels, "x": [1.0, 1e300, 3.4028236e38]},
            "label_only": {"label": labels},
            "no_rows": {"label": pa.array([], pa.float64()), "x": pa.array([], pa.float64())},
            "label_range": {"label": [1.0, 0.0, 2.0], "age": [1, 2, 3]},
            "ages": {"label": labels, "age": [1, 2, 3]},
            "years": {"label": labels, "years": [1, 2, 3]},
            "wide": {"label": labels, "age": [1, 2, 3], "height": [1, 2, 3]},
            "index": {"label": labels, "age": [1, 2, 3], "__index_level_0__": [0, 1, 2]},
    }.items():
        pq.write_table(pa.table(columns), folder / f"bad_{name}.parquet", **LEAN)


def write_golden(folder):
    data = table(40, seed=1)
    for codec in ("none", "snappy", "gzip", "zstd"):
        pq.write_table(data, folder / f"{codec}.parquet", compression=codec, row_group_size=25, **LEAN)
    write_csv(folder / "numbers.csv", data)
    write_bad(folder)


def write_all(folder):
    data = table(3000, seed=2)
    plain = table(3000, seed=3, nulls=False)
    codecs = ("none", "snappy", "gzip", "zstd", "brotli", "lz4")
    for codec, dictionary, version in itertools.product(codecs, (True, False), ("1.0", "2.0")):
        name = f"{codec}-{'dictionary' if dictionary else 'plain'}-{version[0]}"
        write_good(folder, name, data, compression=codec, use_dictionary=dictionary,
                   data_page_version=version, row_group_size=1100, data_page_size=2000)
    write_good(folder, "one-group", plain)
    write_good(folder, "small-groups", data, row_group_size=7)
    integers = {str(kind): "DELTA_BINARY_PACKED" for kind, bits in INTEGERS if abs(bits) >= 32}
    write_good(folder, "other-encodings", data, use_dictionary=False,
               column_encoding={"double": "BYTE_STREAM_SPLIT", "float": "BYTE_STREAM_SPLIT",
                                "flag": "RLE", **integers}, data_page_version="2.0")
    write_good(folder, "index", data, write_page_index=True, write_page_checksum=True)


def main(arguments):
    is_golden = arguments[:1] == ["--golden"]
    folder = pathlib.Path(arguments[-1])
    folder.mkdir(parents=True, exist_ok=True)
    (write_golden if is_golden else write_all)(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
