"""What the readers of CSV files share: one file, read once, and what it took.

Each ingest_*.py is one reader, of a file of numbers without a header, to float32 columns:

    python ingest_X.py FILE THREADS [check]

`check` adds the sum of the cells, each with the weight of its place as in
bench/ingest/cell_sum.h. Start-up and imports are not measured.
"""
import sys
import time


def weighed(values, rows, column):
    import numpy
    return float(numpy.nansum(values.astype("f8") * ((31 * rows + 17 * column) % 97 + 1)))


def peak_megabytes():
    """The largest resident set of this program; that of its parent is not in it."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6


def run(read, columns_of):
    """read(path, threads, columns) gives rows; columns_of(rows) its columns as NumPy arrays."""
    path, threads = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        columns = file.readline().count(",") + 1
    cpu, wall = time.process_time(), time.perf_counter()
    rows = read(path, threads, columns)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    arrays = list(columns_of(rows))
    line = (f"load:{cpu:.6f} wall:{wall:.6f} peak_mb:{peak_megabytes():.3f} "
            f"rows:{len(arrays[0])}")
    if sys.argv[3:] == ["check"]:
        import numpy
        rows = numpy.arange(len(arrays[0]))
        line += f" sum:{sum(weighed(array, rows, i) for i, array in enumerate(arrays)):.6f}"
    print(line)
