#!/usr/bin/env python3
"""The window under a scripted hand: how long until there is a picture, how long its frames take, how much memory.

    cargo build --release
    python3 benches/window.py p100m.npy [p300m.npy ...] [--scumble PATH]

Needs Xvfb, xdotool and a Vulkan driver (the software one will do: its own time is not counted). For each file it
opens the window on a display of its own, waits for the exact picture, zooms and drags about with the mouse, closes the
window and prints what `--trace-frames` recorded. The dense zoom is that of the engine's bench: 1.9..2.1 on both axes,
as a figure file that is opened in an open window.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DISPLAY = ":93"


def need(tool, package):
    if not shutil.which(tool):
        sys.exit(f"window.py: {tool} is missing; install Debian's package {package}")


class Window:
    """A window on a display of its own."""

    def __init__(self, scumble, arguments, folder):
        self.trace = Path(folder) / "trace.json"
        environment = {**os.environ, "DISPLAY": DISPLAY, "XDG_RUNTIME_DIR": folder, "XDG_STATE_HOME": folder}
        environment.pop("WAYLAND_DISPLAY", None)
        self.environment = environment
        command = [scumble, *arguments, "--trace-frames", str(self.trace)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def do(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def private(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon:"))

    def close(self):
        self.do("key", "ctrl+q")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit("window.py: the window did not close")
        return json.loads(self.trace.read_text())


def hand(window):
    """Zooms in and out and drags, for about ten seconds."""
    for x, y in [(420, 350), (520, 420), (360, 300)]:
        window.do("mousemove", x, y)
        for button in [4] * 8 + [5] * 6:
            window.do("click", button)
            time.sleep(0.05)
        window.do("mousedown", 1)
        for _ in range(30):
            window.do("mousemove_relative", "--", 4, -3)
            time.sleep(0.02)
        window.do("mouseup", 1)
        time.sleep(0.5)


def warm(file):
    """Brings the file into the page cache: what is measured is not the disk."""
    with open(file, "rb", buffering=0) as data:
        while data.read(1 << 24):
            pass


def events_of(record):
    def first(what, after=0.0):
        return next((at for at, name in record["events"] if name.startswith(what) and at >= after), float("nan"))

    return first


def opened_in_an_open_window(scumble, file, data=None):
    """Seconds from the request to open a file, in a window that is there already, to the first and to the exact picture.
    `data` is the file that the numbers are in, if it is another one."""
    with tempfile.TemporaryDirectory() as folder:
        window = Window(scumble, [], folder)
        time.sleep(3)
        window.do("search", "--sync", "--name", "Scumble", "windowfocus")
        window.do("key", "ctrl+o")
        time.sleep(2)
        window.do("type", "--delay", "20", file)
        warm(data or file)
        time.sleep(1)
        window.do("key", "Return")
        time.sleep(6)
        first = events_of(window.close())
    asked = first("asked to open")
    return first("preview", asked) - asked, first("exact", asked) - asked


def dense(scumble, file):
    """The same of a figure of the dense zoom."""
    with tempfile.TemporaryDirectory() as folder:
        figure, picture = f"{folder}/dense.toml", f"{folder}/dense.png"
        ranges = ["--x-range=1.9..2.1", "--y-range=1.9..2.1"]
        subprocess.run([scumble, "render", file, *ranges, "--save", figure, "-o", picture], check=True, capture_output=True)
        return opened_in_an_open_window(scumble, figure, file)


def measure(scumble, file):
    picture, exact = opened_in_an_open_window(scumble, file)
    dense_picture, dense_exact = dense(scumble, file)
    with tempfile.TemporaryDirectory() as folder:
        warm(file)
        window = Window(scumble, [file], folder)
        time.sleep(6)
        # With no window manager nobody else gives it the keyboard.
        window.do("search", "--sync", "--name", "Scumble", "windowfocus")
        warm(file)
        hand(window)
        window.do("key", "f")
        time.sleep(3)
        peak = window.private()
        record = window.close()
    first = events_of(record)
    work = [row[1] for row in record["rows"]]
    busy = [sorted(row[column] for row in record["rows"] if row[2]) or [0.0] for column in (1, 5)]
    worst = [times[max(int(len(times) * 0.99) - 1, 0)] for times in busy]
    print(f"{file}")
    print(f"  started with the file: first frame of the window {first('first frame'):.3f} s after start,")
    print(f"    first picture {first('preview'):.3f} s, exact picture {first('exact'):.3f} s, with the ranges read first")
    print(f"  opened in an open window: first picture after {picture:.3f} s, exact picture after {exact:.3f} s")
    print(f"  dense zoom, opened likewise: first picture after {dense_picture:.3f} s, exact picture after {dense_exact:.3f} s")
    print(f"  window's own work, a frame  p99 {record['work_ms']['p99']:.1f} ms, max {max(work):.1f} ms of {len(work)} frames")
    print(f"    while passes run          p99 {worst[0]:.1f} ms of {len(busy[0])} frames")
    print(f"    of that on a processor    p99 {record['cpu_ms']['p99']:.1f} ms, while passes run {worst[1]:.1f} ms")
    print(f"  private memory              {peak / 2**20:.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--scumble", default=str(Path(__file__).resolve().parent.parent / "target/release/scumble"))
    options = parser.parse_args()
    need("Xvfb", "xvfb")
    need("xdotool", "xdotool")
    server = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1400x900x24"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        for file in options.files:
            measure(options.scumble, str(Path(file).resolve()))
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
