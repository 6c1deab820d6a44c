#!/usr/bin/env python3
"""Write the colormap tables of Scumble, or check them against their originals.

    python3 assets/make_colormaps.py            writes assets/colormaps/NAME.rgb
    python3 assets/make_colormaps.py --check    exits 1 if a table differs, lacks or is one too many

A table is 768 bytes: 256 RGB triples, lowest value first. The bytes are those the original libraries give:
for matplotlib, cmcrameri and cmocean `cmap(np.arange(256), bytes=True)`, for colorcet its own palette of
256 hex colours. Made with matplotlib 3.11.2, cmcrameri 1.10, cmocean 4.0.3 and colorcet 3.2.1:

    pip install numpy matplotlib cmcrameri cmocean colorcet

Licences of the originals: NOTICE in the repository's root.
"""

import argparse
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "colormaps"

MATPLOTLIB = {name: name for name in ("viridis", "magma", "inferno", "plasma", "cividis", "turbo",
                                      "Blues", "Reds", "Greens")} | {"grey": "gray"}
CRAMERI = ("batlow", "oslo", "vik")
CMOCEAN = ("thermal", "haline", "balance")
COLORCET = ("fire", "bmy")


def from_matplotlib_object(cmap):
    """768 bytes of a matplotlib colormap, resampled to 256 entries if it has another number."""
    import numpy as np

    if cmap.N != 256:
        cmap = cmap.resampled(256)
    return cmap(np.arange(256), bytes=True)[:, :3].tobytes()


def from_hex(palette):
    """768 bytes of a list of 256 '#rrggbb' strings."""
    if len(palette) != 256:
        raise SystemExit(f"expected 256 colours in the palette, found {len(palette)}")
    return b"".join(bytes.fromhex(color.removeprefix("#")) for color in palette)


def originals():
    """Name -> 768 bytes, straight from the installed libraries."""
    import cmcrameri.cm
    import cmocean.cm
    import colorcet
    import matplotlib

    tables = {ours: from_matplotlib_object(matplotlib.colormaps[theirs]) for ours, theirs in MATPLOTLIB.items()}
    tables |= {name: from_matplotlib_object(getattr(cmcrameri.cm, name)) for name in CRAMERI}
    tables |= {name: from_matplotlib_object(getattr(cmocean.cm, name)) for name in CMOCEAN}
    tables |= {name: from_hex(getattr(colorcet, name)) for name in COLORCET}
    for name, table in tables.items():
        if len(table) != 768:
            raise SystemExit(f"colormap {name}: expected 768 bytes, made {len(table)}")
    return tables


def differences(tables):
    """One line for each committed file that is not its original."""
    found = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.rgb"))}
    lines = [f"{name}: missing in {FOLDER}" for name in sorted(tables.keys() - found.keys())]
    lines += [f"{name}: no such colormap in make_colormaps.py" for name in sorted(found.keys() - tables.keys())]
    for name in sorted(tables.keys() & found.keys()):
        ours, theirs = found[name], tables[name]
        if len(ours) != len(theirs):
            lines.append(f"{name}: {len(ours)} bytes, expected {len(theirs)}")
            continue
        wrong = [i for i in range(256) if ours[3 * i:3 * i + 3] != theirs[3 * i:3 * i + 3]]
        if wrong:
            i = wrong[0]
            lines.append(f"{name}: {len(wrong)} of 256 colours differ, first at {i}: "
                         f"file {tuple(ours[3 * i:3 * i + 3])}, original {tuple(theirs[3 * i:3 * i + 3])}")
    return lines


def main():
    parser = argparse.ArgumentParser(description="Write or check Scumble's colormap tables.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on any difference")
    arguments = parser.parse_args()
    tables = originals()
    if arguments.check:
        lines = differences(tables)
        print("\n".join(lines) if lines else f"{len(tables)} colormaps equal their originals")
        return 1 if lines else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        (FOLDER / f"{name}.rgb").write_bytes(table)
    print(f"wrote {len(tables)} colormaps to {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
