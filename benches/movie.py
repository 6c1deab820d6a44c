#!/usr/bin/env python3
"""Movies of two fields over one another: Scumble beside what people write today. Whole processes, page cache hot.

    cargo build --release
    python3 benches/movie.py                 # 50 and 350 steps of two (N, 800, 800) f64 arrays: 3.6 GB of data
    python3 benches/movie.py --quick         # 10 and 50 steps

Contestants, all of 800 x 800 pixels, Reds at half opacity over Blues at half opacity on white, log norm:

    scumble     scumble movie figure.toml -o out.mp4
    table       numpy: values to 256 entries of a look-up table, blended, piped into ffmpeg with its defaults
    matplotlib  two imshow, set_data for each step, FFMpegWriter.grab_frame

Needs numpy and matplotlib (the interpreter named by SCUMBLE_BENCH_PYTHON, or this one) and ffmpeg on the PATH. Ratios are
of medians. The peak is that of RssAnon, private memory, of the process that makes the frames (Linux).

Exit status: 0, or 1 if a movie has not all its frames, 2 if the benchmark could not be run.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SIDE = 800
FIGURE = """scumble = 1
size = "{side}x{side}"
theme = "light"
bare = true
"""
LAYER = """[[layers]]
file = "{file}"
mark = "image"
reduction = "mean:0"
norm = "log"
limits = "1..1000"
colormap = "{colormap}"
alpha = 0.5
"""

MAKE = """
import sys
import numpy as np
folder, steps, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
y, x = np.mgrid[0:side, 0:side] / side
for name, shift in (("a", 0.0), ("b", 1.9)):
    out = np.lib.format.open_memmap(f"{folder}/{name}.npy", "w+", "<f8", (steps, side, side))
    for step in range(steps):
        t = step * 0.05 + shift
        out[step] = np.exp(3.5 + 3.3 * np.sin(9 * x + t) * np.cos(7 * y - 0.7 * t))
    out.flush()
"""

TABLE = """
import subprocess, sys
import matplotlib
import numpy as np
folder, steps, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
a, b = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "ab")
side = a.shape[1]
blues, reds = (np.float32(matplotlib.colormaps[name](np.arange(256))[:, :3] * 255) for name in ("Blues", "Reds"))
scale = 256 / np.log(1000)
entries = lambda values: np.clip(np.log(values) * scale, 0, 255).astype(np.uint8)
command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{side}x{side}", "-r", "10"]
pipe = subprocess.Popen([*command, "-i", "-", "-pix_fmt", "yuv420p", out], stdin=subprocess.PIPE)
for step in range(steps):
    pixels = 0.5 * reds[entries(b[step])] + 0.25 * blues[entries(a[step])] + 63.75
    pipe.stdin.write(pixels[::-1].astype(np.uint8).tobytes())
pipe.stdin.close()
sys.exit(pipe.wait())
"""

MATPLOTLIB = """
import sys
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.colors import LogNorm
folder, steps, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
a, b = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "ab")
side = a.shape[1]
figure = plt.figure(figsize=(side / 100, side / 100), dpi=100)
axes = figure.add_axes([0, 0, 1, 1])
axes.axis("off")
show = lambda data, name: axes.imshow(data, cmap=name, norm=LogNorm(1, 1000), alpha=0.5, origin="lower")
below, above = show(a[0], "Blues"), show(b[0], "Reds")
writer = FFMpegWriter(fps=10)
with writer.saving(figure, out, dpi=100):
    for step in range(steps):
        below.set_data(a[step])
        above.set_data(b[step])
        writer.grab_frame()
"""


class Peak:
    """Reads a child's RssAnon every 5 ms (Linux)."""

    def __init__(self, pid):
        self.path, self.stop, self.peak = f"/proc/{pid}/status", threading.Event(), 0
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.stop.wait(0.005):
            try:
                with open(self.path) as status:
                    lines = [line for line in status if line.startswith("RssAnon:")]
            except OSError:
                return
            self.peak = max([self.peak, *(int(line.split()[1]) * 1024 for line in lines)])

    def end(self):
        self.stop.set()
        self.thread.join()
        return self.peak


def run(command):
    """Seconds and peak bytes of a whole process, which must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = Peak(process.pid)
    status = process.wait()
    seconds = time.perf_counter() - started
    if status != 0:
        sys.exit(f"movie.py: {command[0]} ended with {status}")
    return seconds, peak.end()


def frames(path):
    command = ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", str(path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().rstrip(",")
    return int(found) if found.isdigit() else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10 and 50 steps instead of 50 and 350")
    parser.add_argument("--rounds", type=int, default=3, help="counted runs of each contestant (default 3)")
    parser.add_argument("--data", type=Path, help="folder for the data and movies (default: a temporary one)")
    parser.add_argument("--binary", type=Path, default=Path(__file__).resolve().parent.parent / "target/release/scumble")
    args = parser.parse_args()
    python = os.environ.get("SCUMBLE_BENCH_PYTHON", sys.executable)
    for need in (str(args.binary), "ffmpeg", "ffprobe"):
        if shutil.which(need) is None:
            print(f"movie.py: {need} is not there; build or install it", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory(dir=args.data) as folder:
        return compare(args, python, Path(folder))


def compare(args, python, folder):
    short, long = (10, 50) if args.quick else (50, 350)
    subprocess.run([python, "-c", MAKE, str(folder), str(long), str(SIDE)], check=True)
    layers = "".join(LAYER.format(file=f"{name}.npy", colormap=colors) for name, colors in (("a", "Blues"), ("b", "Reds")))
    (folder / "figure.toml").write_text(FIGURE.format(side=SIDE) + layers)
    figure = str(folder / "figure.toml")
    contestants = {
        "scumble": lambda steps, out: [str(args.binary), "movie", figure, "--steps", f"0..{steps}", "-o", out],
        "table": lambda steps, out: [python, "-c", TABLE, str(folder), str(steps), out],
        "matplotlib": lambda steps, out: [python, "-c", MATPLOTLIB, str(folder), str(steps), out],
    }
    is_whole = True
    for steps in (short, long):
        times, peaks = {name: [] for name in contestants}, dict.fromkeys(contestants, 0)
        for _ in range(args.rounds):
            for name, command in contestants.items():
                out = folder / f"{name}.mp4"
                seconds, peak = run(command(steps, str(out)))
                times[name].append(seconds)
                peaks[name] = max(peaks[name], peak)
                if frames(out) != steps:
                    print(f"movie.py: {name} made {frames(out)} of {steps} frames", file=sys.stderr)
                    is_whole = False
        medians = {name: statistics.median(all_times) for name, all_times in times.items()}
        print(f"{steps} steps")
        for name, median in medians.items():
            ratio = median / medians["scumble"]
            print(f"  {name:11} {median:8.2f} s  {ratio:5.2f} x scumble  {peaks[name] / 2**20:7.1f} MiB RssAnon")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
