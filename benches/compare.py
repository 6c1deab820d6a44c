#!/usr/bin/env python3
"""Scumble and its peers, side by side on the same files: whole processes, page cache hot.

    cargo build --release
    python3 benches/compare.py               # 10M, 100M, 300M points: about 11 GB of data, a quarter of an hour
    python3 benches/compare.py --quick       # 10M points only

Everything is set up here: a Python environment with pinned peers in benches/.venv (or the interpreter named by
SCUMBLE_BENCH_PYTHON), the test data (gen_points.py, into --data), the C floor (floor.c, with `cc`).

Each case takes one warm-up of every contestant, then N counted runs interleaved A B C A B C. A ratio is the
ratio of the medians; the range behind it is the smallest and largest ratio within one round. Counts are
checked for equality, cell by cell, against an f64 reference computed here by numpy.

Exit status: 0, or 1 if any count disagrees (speed never decides it), 2 if the benchmark could not be run.
"""

import argparse
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = [
    "numpy==2.4.6",
    "pandas==3.1.1",
    "xarray==2026.9.0",
    "numba==0.68.1",
    "datashader==0.19.1",
    "dask[dataframe]==2026.8.0",
    "pyarrow==26.0.1",
    "fast-histogram==0.14",
    "pillow==13.0.0",
]
WIDE = (-8.0, 8.0)
ZOOM = (1.9, 2.1)
# Points inside the view, as datashader, numpy and C agree on them.
EXPECTED = {
    ("10m", WIDE): 9_969_313,
    ("100m", WIDE): 99_695_981,
    ("300m", WIDE): 299_085_305,
    ("100m", ZOOM): 19_977_698,
    ("300m", ZOOM): 59_930_151,
}
ROWS = {"10m": 10_000_000, "100m": 100_000_000, "300m": 300_000_000}
MIB = 1 << 20

# ---------------------------------------------------------------------------------------------------------
# The peers' whole programs. Run with `python -c`, so that nothing of this script is charged to them.
# Arguments: FILE SIZE LOW HIGH PNG FEED [DUMP.npy]

DATASHADER = """
import os, sys
path, size, low, high, png, feed = sys.argv[1:7]
size, low, high = int(size), float(low), float(high)
import numpy as np, pandas as pd, datashader as ds, datashader.transfer_functions as tf
canvas = ds.Canvas(size, size, x_range=(low, high), y_range=(low, high))
def part(i, path=path, parts=os.cpu_count()):
    # The two columns as one 2-d block of a frame: no copy.
    points = np.load(path, mmap_mode='r')
    span = slice(len(points) * i // parts, len(points) * (i + 1) // parts)
    return pd.DataFrame(points[span], columns=['x', 'y'], copy=False)
if feed == 'frame':
    grid = canvas.points(part(0, parts=1), 'x', 'y')
elif feed == 'dask':
    import dask.dataframe as dd
    meta = pd.DataFrame(np.load(path, mmap_mode='r')[:0], columns=['x', 'y'])
    grid = canvas.points(dd.from_map(part, range(os.cpu_count()), meta=meta), 'x', 'y')
elif feed == 'threads':
    from concurrent.futures import ThreadPoolExecutor
    canvas.points(part(0)[:1], 'x', 'y')  # compiles once, before the threads share it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        grid, *rest = pool.map(lambda i: canvas.points(part(i), 'x', 'y'), range(os.cpu_count()))
    for other in rest:
        grid += other
else:
    sys.exit('unknown feed ' + feed)
tf.shade(grid).to_pil().save(png)
if len(sys.argv) > 7:
    np.save(sys.argv[7], grid.values.astype('u8'))
"""

FAST_HISTOGRAM = """
import sys
path, size, low, high = sys.argv[1:5]
size, low, high = int(size), float(low), float(high)
import numpy as np
from fast_histogram import histogram2d
points = np.load(path, mmap_mode='r')
grid = histogram2d(points[:, 0], points[:, 1], bins=size, range=[(low, high), (low, high)])
if len(sys.argv) > 7:
    np.save(sys.argv[7], grid.T.astype('u8'))
"""

NUMPY = """
import sys
path, size, low, high = sys.argv[1:5]
size, low, high = int(size), float(low), float(high)
import numpy as np
points = np.load(path, mmap_mode='r')
grid = np.histogram2d(points[:, 0], points[:, 1], bins=size, range=[(low, high), (low, high)])[0]
if len(sys.argv) > 7:
    np.save(sys.argv[7], grid.T.astype('u8'))
"""

# A series as density of lines. Prints as JSON the seconds of the line pass itself, compiled, and of the better of two.
DATASHADER_LINES = """
import json, sys, time
path, size = sys.argv[1], int(sys.argv[2])
import numpy as np, pandas as pd, datashader as ds
frame = pd.DataFrame(np.load(path), columns=['x', 'y'], copy=False)
canvas = ds.Canvas(size, size)
canvas.line(frame[:10], 'x', 'y', ds.count())
best = float('inf')
for _ in range(2):
    began = time.perf_counter()
    canvas.line(frame, 'x', 'y', ds.count())
    best = min(best, time.perf_counter() - began)
print(json.dumps({'pass_seconds': best}))
"""


class BenchError(Exception):
    """The benchmark cannot be run; the message says what to do."""


def say(text=""):
    print(text, flush=True)


# ---------------------------------------------------------------------------------------------------------
# Setting up


def enter_environment():
    """Goes on in an interpreter that has the peers; returns when already in it."""
    chosen = os.environ.get("SCUMBLE_BENCH_PYTHON")
    if os.environ.get("SCUMBLE_BENCH_INSIDE") == "1":
        return
    if chosen:
        python = Path(chosen)
        if not python.exists():
            raise BenchError(f"SCUMBLE_BENCH_PYTHON names no file: {chosen}")
    else:
        python = prepare_venv(HERE / ".venv")
    os.environ["SCUMBLE_BENCH_INSIDE"] = "1"
    os.execv(python, [str(python), str(Path(__file__).resolve()), *sys.argv[1:]])


def prepare_venv(folder):
    """Makes the environment with the pinned peers, once for each list of pins."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "pins.txt"
    wanted = "\n".join(PINS) + "\n"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    if sys.version_info < (3, 11):
        raise BenchError(f"the pinned peers need Python 3.11 or later, this is {platform.python_version()}")
    say(f"setting up {folder} (once)")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    (folder / ".gitignore").write_text("*\n")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS], check=True)
    stamp.write_text(wanted)
    return python


def default_data_folder():
    if named := os.environ.get("SCUMBLE_BENCH_DATA"):
        return Path(named)
    if os.name == "nt":
        cache = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        cache = Path.home() / "Library/Caches"
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "scumble-bench"


def need_room(folder, size):
    free = shutil.disk_usage(folder).free
    if free < size + 256 * MIB:
        raise BenchError(f"{size / 1e9:.1f} GB of test data needed, {free / 1e9:.1f} GB free; use --data DIR or --quick: {folder}")


def points_file(folder, name):
    """The (N,2) f32 file of one size, generated if it is absent. Its .json is written last: no .json, not complete."""
    stem = folder / f"p{name}"
    path, facts, rows = stem.with_suffix(".npy"), stem.with_suffix(".json"), ROWS[name]
    if path.exists() and facts.exists() and json.loads(facts.read_text())["n"] == rows:
        return path
    facts.unlink(missing_ok=True)
    need_room(folder, rows * 8)
    say(f"generating {rows / 1e6:.0f}M points: {path}")
    subprocess.run([sys.executable, HERE / "gen_points.py", str(rows), stem], check=True)
    return path


def derived_file(path, target, dtype, columns, fill):
    """Writes once, in chunks, a file of the same rows: fill(chunk of points) gives the rows of the new file."""
    import numpy as np

    points = np.load(path, mmap_mode="r")
    size = len(points) * columns * np.dtype(dtype).itemsize
    if target.exists() and target.stat().st_size == size + 128:
        return target
    need_room(target.parent, size)
    say(f"writing {target}")
    part = target.with_suffix(".part")
    out = np.lib.format.open_memmap(part, "w+", dtype=dtype, shape=(len(points), columns))
    for start in range(0, len(points), 1_000_000):
        out[start : start + 1_000_000] = fill(points[start : start + 1_000_000])
    out.flush()
    del out
    part.rename(target)
    return target


def f64_file(path):
    return derived_file(path, path.with_name(f"{path.stem}_f64.npy"), "<f8", 2, lambda points: points)


def weighted_file(path):
    """x, y and a weight that changes from point to point and has both signs."""
    import numpy as np

    def rows(points):
        x, y = points[:, 0].astype("f8"), points[:, 1].astype("f8")
        return np.column_stack([x, y, np.sin(x) * (1.0 + y * y)])

    return derived_file(path, path.with_name(f"{path.stem}_xyw.npy"), "<f4", 3, rows)


def categories_file(path):
    """One of eight values for each point."""
    import numpy as np

    target = path.with_name(f"{path.stem}_kind.npy")
    if not target.exists():
        rows = len(np.load(path, mmap_mode="r"))
        need_room(path.parent, rows * 2)
        say(f"writing {target}")
        part = target.with_suffix(".part")
        with open(part, "wb") as file:
            np.save(file, np.random.default_rng(2).integers(0, 8, rows, dtype="u1"))
        part.rename(target)
    return target


def series_file(folder, what):
    """A random walk, whose segments are short, or noise over time, whose segments are tall: 10M vertices of f32."""
    import numpy as np

    path, rows = folder / f"{what}10m.npy", 10_000_000
    if not path.exists():
        need_room(folder, rows * 24)
        say(f"writing {path}")
        rng = np.random.default_rng(1)
        if what == "walk":
            series = np.cumsum(rng.normal(size=(rows, 2)), axis=0)
        else:
            series = np.column_stack([np.linspace(0, 1, rows), rng.normal(size=rows)])
        part = path.with_suffix(".part")
        with open(part, "wb") as file:
            np.save(file, series.astype("<f4"))
        part.rename(path)
    return path


def build_floor(folder):
    """The C floor, compiled for this machine; None (and a line) where that is not possible."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if os.name == "nt" or not compiler:
        say("no C compiler (cc) found: the C floor is left out")
        return None
    target = folder / "floor"
    command = [*compiler.split(), "-O3", "-march=native", "-pthread", HERE / "floor.c", "-o", target, "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"floor.c does not compile:\n{done.stderr}")
    return target


def machine_facts():
    model, memory = platform.processor() or platform.machine(), None
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal"):
                memory = int(line.split()[1]) * 1024
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpu": model, "cores": cores, "memory_bytes": memory, "system": platform.platform()}


# ---------------------------------------------------------------------------------------------------------
# Running processes


class Sampler(threading.Thread):
    """Reads a child's RssAnon every 5 ms (Linux): private memory, without the mapped pages of the page cache."""

    def __init__(self, pid):
        super().__init__(name="rss-anon", daemon=True)
        self.path, self.stop, self.peak = f"/proc/{pid}/status", threading.Event(), 0

    def run(self):
        while True:
            try:
                with open(self.path) as status:
                    for line in status:
                        if line.startswith("RssAnon:"):
                            self.peak = max(self.peak, int(line.split()[1]) * 1024)
                            break
            except OSError:
                return
            if self.stop.wait(0.005):
                return


def run_once(command, sample=False):
    """Runs one whole process. Returns (seconds, stdout, peak RssAnon in bytes or None)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        try:
            child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        except OSError as problem:
            raise BenchError(f"cannot start {command[0]}: {problem}") from problem
        sampler = Sampler(child.pid) if sample and sys.platform == "linux" else None
        if sampler:
            sampler.start()
        status = child.wait()
        seconds = time.perf_counter() - began
        peak = None
        if sampler:
            sampler.stop.set()
            sampler.join()
            peak = sampler.peak or None
        out.seek(0)
        err.seek(0)
        text = out.read().decode(errors="replace")
        if status != 0:
            shown = " ".join("-c …" if "\n" in str(word) else str(word) for word in command)
            raise BenchError(f"status {status} from: {shown}\n{err.read().decode(errors='replace')[-2000:]}")
    return seconds, text, peak


class Contestant:
    """One program in one case: its command, its counted times, its private memory."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.times, self.peak, self.reported = [], None, None

    def warm_up(self):
        _, text, self.peak = run_once(self.command, sample=True)
        self.reported = last_json(text) if "--json" in map(str, self.command) else None

    def run(self):
        self.times.append(run_once(self.command)[0])

    @property
    def median(self):
        return statistics.median(self.times)

    def private_bytes(self):
        """The larger of what was sampled and what the program says of itself."""
        said = (self.reported or {}).get("peak_private_bytes")
        known = [number for number in (self.peak, said) if number]
        return max(known) if known else None

    def record(self):
        return {
            "seconds": self.times,
            "median": self.median,
            "peak_rss_anon_bytes": self.peak,
            "reported": self.reported,
        }


def race(contestants, runs):
    for contestant in contestants:
        contestant.warm_up()
    for _ in range(runs):
        for contestant in contestants:
            contestant.run()


def last_json(text):
    """The JSON object that a program printed, alone or after other lines."""
    for start in [0] + [i + 1 for i, letter in enumerate(text) if letter == "\n"]:
        if text[start : start + 1] == "{":
            try:
                return json.loads(text[start:])
            except json.JSONDecodeError:
                continue
    raise BenchError(f"no JSON object in the output of --json:\n{text[-500:]}")


# ---------------------------------------------------------------------------------------------------------
# References


def cells_of(points, size, low, high):
    """Cell number of each point in the view, and which those are. The exact rule, in f64."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        column = np.floor((points[:, 0].astype("f8") - low) * size / (high - low))
        row = np.floor((points[:, 1].astype("f8") - low) * size / (high - low))
        inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
    return (row[inside] * size + column[inside]).astype("i8"), inside


def chunks(path):
    import numpy as np

    points = np.load(path, mmap_mode="r")
    # Large grids get larger chunks: each chunk costs a pass over the grid.
    for start in range(0, len(points), 8_000_000):
        yield points[start : start + 8_000_000]


def exact_counts(path, size, view):
    import numpy as np

    grid = np.zeros(size * size, "u8")
    for points in chunks(path):
        cells, _ = cells_of(points, size, *view)
        grid += np.bincount(cells, minlength=size * size).astype("u8")
    return grid.reshape(size, size)


def exact_mean(path, size, view):
    import numpy as np

    count, total = np.zeros(size * size), np.zeros(size * size)
    for points in chunks(path):
        cells, inside = cells_of(points, size, *view)
        count += np.bincount(cells, minlength=size * size)
        total += np.bincount(cells, weights=points[:, 2][inside].astype("f8"), minlength=size * size)
    with np.errstate(invalid="ignore"):
        return (total / count).reshape(size, size)


# ---------------------------------------------------------------------------------------------------------
# The benchmark


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.floor = build_floor(work)
        self.scumble = options.scumble if options.scumble.exists() else None
        if not self.scumble:
            say(f"no scumble binary at {options.scumble}: build it with `cargo build --release`, or name one with --scumble PATH.")
            say("Going on with the peers alone.")
        self.feeds = ["frame", "threads"]
        if run_python("import dask.dataframe"):
            self.feeds.append("dask")
        self.cases, self.ratios, self.checks, self.memory = [], [], [], []

    # Commands

    def scumble_command(self, what, path, size, view, out, *extra):
        low, high = view
        command = [self.scumble, what, path, "-o", out, "--size", f"{size}x{size}"]
        command += [f"--x-range={low:g}..{high:g}", f"--y-range={low:g}..{high:g}", "--engine", "cpu", "--json"]
        if what == "render":
            command += ["--bare", "--norm", "eq_hist"]
        return command + list(extra)

    def peer_command(self, program, path, size, view, feed="-", dump=None):
        command = [sys.executable, "-c", program, path, size, *view, self.work / "peer.png", feed]
        return command + ([dump] if dump else [])

    def floor_command(self, mode, path, size, view, *dump):
        low, high = view
        return [self.floor, path, size, low, high, low, high, mode, 2, *dump]

    # Parts

    def fastest_feed(self, path, size, view):
        """The fastest of the ways to hand a memmap to datashader on this machine: best of two after a warm-up."""
        best = {}
        for feed in self.feeds:
            command = self.peer_command(DATASHADER, path, size, view, feed)
            run_once(command)
            best[feed] = min(run_once(command)[0] for _ in range(2))
        say("  datashader feeds: " + ", ".join(f"{feed} {seconds:.2f} s" for feed, seconds in best.items()))
        return min(best, key=best.get)

    def points_case(self, name, size, view, slow_peers=False):
        """One file, one view, all contestants."""
        path = points_file(self.options.data, name)
        title = f"{name.upper()} points, {size}x{size}, {view[0]:g}..{view[1]:g}"
        say(f"\n{title}")
        feed = self.fastest_feed(path, size, view)
        racing = []
        if self.scumble:
            racing.append(Contestant("scumble render", self.scumble_command("render", path, size, view, self.work / "s.png")))
            racing.append(Contestant("scumble aggregate", self.scumble_command("aggregate", path, size, view, self.work / "s.npy")))
        racing.append(Contestant("datashader", self.peer_command(DATASHADER, path, size, view, feed)))
        if self.floor:
            racing.append(Contestant("C floor", self.floor_command("plain", path, size, view)))
            racing.append(Contestant("C floor, batched", self.floor_command("batched", path, size, view)))
        if size <= 1000 and view == WIDE:
            racing.append(Contestant("fast_histogram", self.peer_command(FAST_HISTOGRAM, path, size, view)))
        if slow_peers:
            racing.append(Contestant("numpy.histogram2d", self.peer_command(NUMPY, path, size, view)))
        race(racing, self.options.runs)
        found = {contestant.name: contestant for contestant in racing}
        self.show(racing)
        self.record_case(title, racing, rows=ROWS[name], size=size, view=view, feed=feed)
        self.check_counts(title, name, path, size, view, feed, found)
        self.judge(title, name, size, view, found)

    def judge(self, title, name, size, view, found):
        judged = name == "300m" and view == WIDE
        pairs = [("datashader", "scumble render", 3.0 if size == 1000 else 5.0, "least")]
        pairs.append(("scumble aggregate", "C floor", 1.3 if size == 1000 else None, "most"))
        pairs.append(("scumble render", "C floor", 1.3 if size == 1000 else None, "most"))
        pairs.append(("scumble aggregate", "C floor, batched", None, "most"))
        pairs.append(("fast_histogram", "scumble aggregate", None, "least"))
        pairs.append(("numpy.histogram2d", "scumble aggregate", None, "least"))
        for over, under, limit, sense in pairs:
            if over in found and under in found:
                self.ratio(title, found[over], found[under], limit if judged else None, sense)
        if size == 1000:
            for what in ("scumble render", "scumble aggregate"):
                if what in found:
                    self.judge_memory(title, found[what])

    def dtype_case(self, name):
        """f64 pairs against the same points as f32."""
        narrow = points_file(self.options.data, name)
        wide = f64_file(narrow)
        title = f"{name.upper()} points, f64 against f32"
        say(f"\n{title}")
        a = Contestant("scumble aggregate f64", self.scumble_command("aggregate", wide, 1000, WIDE, self.work / "s64.npy"))
        b = Contestant("scumble aggregate f32", self.scumble_command("aggregate", narrow, 1000, WIDE, self.work / "s32.npy"))
        race([a, b], self.options.runs)
        self.show([a, b])
        self.record_case(title, [a, b], rows=ROWS[name], size=1000, view=WIDE)
        self.ratio(title, a, b, 1.6, "most")
        self.judge_memory(title, a)
        self.compare_grids(title, "f64 against f32", self.work / "s64.npy", load(self.work / "s32.npy"))

    def mean_case(self, name):
        """A weighted mean against a count of the same three-column file."""
        path = weighted_file(points_file(self.options.data, name))
        title = f"{name.upper()} points, mean against count"
        say(f"\n{title}")
        column = self.options.mean_column or self.third_column(path)
        mean = self.scumble_command("aggregate", path, 1000, WIDE, self.work / "mean.npy", "--reduction", f"mean:{column}")
        count = self.scumble_command("aggregate", path, 1000, WIDE, self.work / "count.npy")
        a, b = Contestant("scumble mean", mean), Contestant("scumble count", count)
        race([a, b], self.options.runs)
        self.show([a, b])
        self.record_case(title, [a, b], rows=ROWS[name], size=1000, view=WIDE)
        self.ratio(title, a, b, 2.0, "most")
        self.judge_memory(title, a)
        self.check_mean(title, path)

    def categories_case(self, name, width, height):
        """Counts by category, found and counted, against a count of the same points: whole pictures."""
        path = points_file(self.options.data, name)
        title = f"{name.upper()} points, by category against count, {width}x{height}"
        say(f"\n{title}")
        view = [f"--x-range={WIDE[0]}..{WIDE[1]}", f"--y-range={WIDE[0]}..{WIDE[1]}", "--size", f"{width}x{height}"]
        command = [self.scumble, "render", path, *view, "--bare", "--engine", "cpu"]
        kinds = ["--reduction", f"by:{categories_file(path)}"]
        a = Contestant("scumble by category", [*command, *kinds, "-o", self.work / "by.png"])
        b = Contestant("scumble count", [*command, "-o", self.work / "count.png"])
        race([a, b], self.options.runs)
        self.show([a, b])
        self.record_case(title, [a, b], rows=ROWS[name], size=width, view=WIDE)
        self.ratio(title, a, b, 1.6, "most")

    def expressions_case(self, name):
        """Filters and derived columns against a count of the same points: whole pictures.

        In given ranges, and in those of the data, for which all rows are read once more.
        """
        path = points_file(self.options.data, name)
        given = [f"--x-range={WIDE[0]}..{WIDE[1]}", f"--y-range={WIDE[0]}..{WIDE[1]}"]
        whats = (
            ["--filter", "$1 > 0"],
            ["--filter", "($1 > -3) & ($0 < 4)"],
            ["--y", "$1 - 2.15"],
            ["--x", "sqrt($0*$0 + $1*$1)"],
            ["--x", "hypot($0, $1) * 3.6"],
            ["--y", "log10($1)"],
            ["--y", "sin($1)"],
            ["--y", "arctan2($1, $0)"],
            ["--y", "$1 % 3"],
            ["--y", "abs($1)**1.5"],
            ["--y", "log1p(abs($1))"],
            ["--y", "arcsinh($1)"],
            ["--y", "tanh($1)"],
            ["--y", "10**$1"],
            ["--y", "5 - 2.5*log10(abs($1))"],
        )
        for what, view in itertools.product(whats, (given, [])):
            ranges = "given" if view else "fitted"
            title = f"{name.upper()} points, {' '.join(what)} against count, {ranges} ranges"
            say(f"\n{title}")
            command = [self.scumble, "render", path, *view, "--size", "1000x1000", "--bare", "--engine", "cpu"]
            a = Contestant("scumble " + what[0].strip("-"), [*command, *what, "-o", self.work / "what.png"])
            b = Contestant("scumble count", [*command, "-o", self.work / "count.png"])
            race([a, b], self.options.runs)
            self.show([a, b])
            self.record_case(title, [a, b], rows=ROWS[name], size=1000, view=WIDE if view else None)
            self.ratio(title, a, b, 1.5, "most")

    def together_case(self, name):
        """Three layers that differ in their reductions against figures of each."""
        path = weighted_file(points_file(self.options.data, name))
        title = f"{name.upper()} points, three reductions together against each alone"
        say(f"\n{title}")
        column = self.options.mean_column or self.third_column(path)
        reductions = ["count", f"mean:{column}", f"max:{column}"]

        def contestant(label, wanted):
            figure = self.work / f"{label.replace(' ', '_')}.toml"
            axes = "".join(f'[{axis}]\nrange = "{WIDE[0]}..{WIDE[1]}"\n' for axis in "xy")
            layers = "".join(f'[[layers]]\nfile = "{path}"\nreduction = "{what}"\n' for what in wanted)
            figure.write_text(f'scumble = 1\nsize = "1000x1000"\nbare = true\n{axes}{layers}')
            return Contestant(label, [self.scumble, "render", figure, "--engine", "cpu", "-o", self.work / "together.png"])

        a = contestant("scumble all three", reductions)
        alone = [contestant(f"scumble {i}", [what]) for i, what in enumerate(reductions)]
        race([a, *alone], self.options.runs)
        self.show([a, *alone])
        self.record_case(title, [a, *alone], rows=ROWS[name], size=1000, view=WIDE)
        total = Contestant("sum of those alone", [])
        total.times = [sum(times) for times in zip(*(one.times for one in alone))]
        self.ratio(title, a, total, 0.8, "most")

    def lines_case(self, what):
        """A series of 10M vertices as density of lines: the pass alone, with fitted ranges, against datashader's."""
        path = series_file(self.options.data, what)
        title = f"10M vertices, {what}"
        say(f"\n{title}")
        lines = ["--mark", "line", "--size", "1000x1000", "--engine", "cpu", "--json"]
        ours = Contestant("scumble lines", [self.scumble, "aggregate", path, *lines, "-o", self.work / "lines.npy"])
        theirs = Contestant("datashader lines", [sys.executable, "-c", DATASHADER_LINES, path, "1000"])
        ours.warm_up()
        for _ in range(self.options.runs):
            for contestant in (ours, theirs):
                contestant.times.append(last_json(run_once(contestant.command)[1])["pass_seconds"])
        self.show([ours, theirs])
        self.record_case(title, [ours, theirs], rows=10_000_000, size=1000)
        self.ratio(title, theirs, ours, 3.0, "least")
        self.judge_memory(title, ours)

    def third_column(self, path):
        """What scumble calls the third column, from `scumble info --json`."""

        def names(node):
            if isinstance(node, list):
                found = [item.get("name") if isinstance(item, dict) else item for item in node]
                if len(found) == 3 and all(isinstance(item, str) for item in found):
                    return found
            children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
            return next((found for child in children if (found := names(child))), None)

        found = names(last_json(run_once([self.scumble, "info", path, "--json"])[1]))
        if not found:
            raise BenchError(f"`scumble info --json` names no three columns; name the third with --mean-column: {path}")
        return found[2]

    # Checks

    def check(self, title, what, holds, detail):
        self.checks.append({"case": title, "check": what, "pass": bool(holds), "detail": detail})
        say(f"  {'agrees ' if holds else 'DIFFERS'}  {what}: {detail}")

    def check_counts(self, title, name, path, size, view, feed, found):
        import numpy as np

        exact = exact_counts(path, size, view)
        wanted = EXPECTED.get((name, view))
        self.check(title, "numpy f64 reference, sum", int(exact.sum()) == wanted, f"{int(exact.sum()):,} (expected {wanted:,})")
        if "scumble aggregate" in found:
            self.compare_grids(title, "scumble aggregate, cell by cell", self.work / "s.npy", exact)
            for what in ("scumble render", "scumble aggregate"):
                self.check_accounting(title, name, found[what], wanted)
        for mode in ("plain", "batched") if self.floor else ():
            dump = self.work / "floor.u32"
            run_once(self.floor_command(mode, path, size, view, dump))
            same = np.array_equal(np.fromfile(dump, "<u4").reshape(size, size), exact)
            self.check(title, f"C floor ({mode}), cell by cell", same, "equal" if same else "not equal to the reference")
        for peer, program in (("datashader", DATASHADER), ("fast_histogram", FAST_HISTOGRAM), ("numpy.histogram2d", NUMPY)):
            if peer in found:
                dump = self.work / "peer.npy"
                run_once(self.peer_command(program, path, size, view, feed, dump))
                self.report_difference(title, peer, np.load(dump), exact)

    def check_accounting(self, title, name, contestant, wanted):
        said = contestant.reported
        try:
            total = said["in_view"] + said["outside"] + said["not_finite"] + said["filtered"]
            holds = said["rows"] == ROWS[name] == total and said["in_view"] == wanted
            detail = f"in view {said['in_view']:,} of {said['rows']:,}, parts add up to {total:,}"
        except (KeyError, TypeError) as problem:
            holds, detail = False, f"--json lacks {problem}"
        self.check(title, f"{contestant.name}, accounting", holds, detail)

    def compare_grids(self, title, what, path, exact):
        grid = load(path)
        if grid.shape != exact.shape or grid.dtype.kind != exact.dtype.kind:
            self.check(title, what, False, f"{grid.dtype} {grid.shape}, expected {exact.dtype} {exact.shape}")
            return
        different = int((grid != exact).sum())
        self.check(title, what, different == 0, f"{different:,} of {exact.size:,} cells differ")

    def report_difference(self, title, peer, grid, exact):
        """A peer has its own rule at pixel edges: reported, not judged."""
        different = int((grid != exact).sum())
        moved = int(abs(grid.astype("i8") - exact.astype("i8")).sum())
        lost = int(grid.sum()) - int(exact.sum())
        self.cases[-1].setdefault("peer_differences", {})[peer] = {"cells": different, "counts": moved, "sum": lost}
        say(f"  note     {peer}: {different:,} of {exact.size:,} cells differ from the f64 reference (sum {lost:+,})")

    def check_mean(self, title, path):
        import numpy as np

        exact, grid = exact_mean(path, 1000, WIDE), load(self.work / "mean.npy")
        if grid.shape != exact.shape or grid.dtype != exact.dtype:
            self.check(title, "scumble mean", False, f"{grid.dtype} {grid.shape}, expected {exact.dtype} {exact.shape}")
            return
        empty = int((np.isnan(grid) != np.isnan(exact)).sum())
        self.check(title, "scumble mean, empty cells", empty == 0, f"{empty:,} cells differ in being empty")
        # numpy adds in row order, so the last bits of its sums are its own: a part in 10^9 of the weights' size.
        error = float(np.nanmax(np.abs(grid - exact) / (np.abs(exact) + 1.0)))
        self.check(title, "scumble mean, values", error <= 1e-9, f"largest difference {error:.1e} of (1 + |mean|), limit 1e-9")

    # Results

    def show(self, racing):
        for contestant in racing:
            low, high, peak = min(contestant.times), max(contestant.times), contestant.private_bytes()
            memory = f"  {peak / MIB:8.0f} MiB private" if peak else ""
            say(f"  {contestant.name:<22} {contestant.median:7.3f} s  ({low:.3f} to {high:.3f}){memory}")

    def record_case(self, title, racing, **facts):
        results = {contestant.name: contestant.record() for contestant in racing}
        self.cases.append({"case": title, **facts, "results": results})

    def ratio(self, title, over, under, limit, sense):
        value = over.median / under.median
        rounds = [a / b for a, b in zip(over.times, under.times)]
        holds = None if limit is None else value >= limit if sense == "least" else value <= limit
        self.ratios.append(
            {
                "case": title,
                "ratio": f"{over.name} / {under.name}",
                "value": value,
                "min": min(rounds),
                "max": max(rounds),
                "limit": limit and f"{'>=' if sense == 'least' else '<='} {limit:g}",
                "pass": holds,
            }
        )

    def judge_memory(self, title, contestant):
        peak = contestant.private_bytes()
        if peak:
            holds = peak <= 96 * MIB
            self.memory.append({"case": title, "what": contestant.name, "bytes": peak, "limit_bytes": 96 * MIB, "pass": holds})

    def table(self):
        mark = {True: "pass", False: "FAIL", None: ""}
        rows = [("case", "ratio", "value", "min to max", "limit", "")]
        for entry in self.ratios:
            spread = f"{entry['min']:.2f} to {entry['max']:.2f}"
            rows.append((entry["case"], entry["ratio"], f"{entry['value']:.2f}", spread, entry["limit"] or "", mark[entry["pass"]]))
        for entry in self.memory:
            mib = f"{entry['bytes'] / MIB:.0f} MiB"
            rows.append((entry["case"], f"{entry['what']}: private memory", mib, "", "<= 96 MiB", mark[entry["pass"]]))
        wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        say("\n" + "  ".join(text.ljust(n) for text, n in zip(rows[0], wide)).rstrip())
        say("  ".join("-" * n for n in wide).rstrip())
        for row in rows[1:]:
            say("  ".join(text.ljust(n) for text, n in zip(row, wide)).rstrip())
        wrong = [check for check in self.checks if not check["pass"]]
        slow = [entry for entry in self.ratios + self.memory if entry["pass"] is False]
        say(f"\nCounts: {len(self.checks) - len(wrong)} of {len(self.checks)} checks agree.")
        for check in wrong:
            say(f"  DIFFERS  {check['case']}: {check['check']}: {check['detail']}")
        judged = sum(entry["pass"] is not None for entry in self.ratios + self.memory)
        if judged:
            say(f"Limits: {judged - len(slow)} of {judged} met.")
        if not self.scumble:
            say("Scumble itself was not measured (no binary).")
        return not wrong


def load(path):
    import numpy as np

    return np.load(path)


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10M points only (the limits of the 300M cases are not judged)")
    parser.add_argument("--scumble", type=Path, default=HERE.parent / "target/release/scumble", metavar="PATH", help="the binary to measure")
    parser.add_argument("--data", type=Path, default=default_data_folder(), metavar="DIR", help="where the test data is or goes (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="counted runs of each contestant (default: 5)")
    parser.add_argument("--only", metavar="TEXT", help="only the cases whose name contains TEXT: 10m 100m 300m 1000 4096 wide zoom f64 mean lines")
    parser.add_argument("--mean-column", metavar="NAME", help="name of the third column (default: ask `scumble info`)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results here")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options


def cases(bench, quick):
    """Name and work of each case, in order."""
    yield "10m 1000 wide", lambda: bench.points_case("10m", 1000, WIDE, slow_peers=True)
    if bench.scumble:
        yield "10m lines walk", lambda: bench.lines_case("walk")
        yield "10m lines noise", lambda: bench.lines_case("noise")
    if not quick:
        yield "100m 1000 wide", lambda: bench.points_case("100m", 1000, WIDE)
        yield "300m 1000 wide", lambda: bench.points_case("300m", 1000, WIDE)
        yield "300m 4096 wide", lambda: bench.points_case("300m", 4096, WIDE)
        yield "100m 1000 zoom", lambda: bench.points_case("100m", 1000, ZOOM)
        yield "300m 1000 zoom", lambda: bench.points_case("300m", 1000, ZOOM)
    if bench.scumble:
        name = "10m" if quick else "100m"
        yield f"{name} f64", lambda: bench.dtype_case(name)
        yield f"{name} mean", lambda: bench.mean_case(name)
        yield f"{name} categories", lambda: bench.categories_case(name, 1000, 1000)
        yield f"{name} categories HD", lambda: bench.categories_case(name, 1920, 1080)
        yield f"{name} expressions", lambda: bench.expressions_case(name)
        yield f"{name} together", lambda: bench.together_case(name)


def main():
    options = read_options()
    enter_environment()
    options.data.mkdir(parents=True, exist_ok=True)
    facts = machine_facts()
    say(f"{facts['cpu']}, {facts['cores']} cores, {(facts['memory_bytes'] or 0) / (1 << 30):.0f} GiB; {facts['system']}")
    say("Whole processes, page cache hot. numpy.histogram2d is slow and runs on 10M points only.")
    with tempfile.TemporaryDirectory(prefix="scumble-bench-") as work:
        bench = Bench(options, Path(work))
        for name, case in cases(bench, options.quick):
            if not options.only or options.only in name:
                case()
        agreed = bench.table()
    if options.json:
        result = {
            "machine": facts,
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "runs": options.runs,
            "pins": PINS,
            "python": platform.python_version(),
            "scumble": str(options.scumble) if bench.scumble else None,
            "cases": bench.cases,
            "ratios": bench.ratios,
            "memory": bench.memory,
            "checks": bench.checks,
        }
        options.json.write_text(json.dumps(result, indent=2) + "\n")
        say(f"Written: {options.json}")
    return 0 if agreed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as problem:
        print(f"compare.py: {problem}", file=sys.stderr)
        sys.exit(2)
    except subprocess.CalledProcessError as problem:
        print(f"compare.py: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
