#!/usr/bin/env python3
"""Write assets/categories.rgb, the colors that categories have by themselves, or check it against its original.

    python3 assets/make_categories.py            writes the table
    python3 assets/make_categories.py --check    exits 1 if it differs

96 bytes: RGB triples of the first colors of colorcet's glasbey_category10, which begins with the ten colors of matplotlib's
tab10 and d3's category10, but for their gray: that would be taken for the categories that are not told apart. Made with colorcet 3.2.1. Licence: NOTICE in the repository's root.
"""

import pathlib
import sys

import colorcet

PATH = pathlib.Path(__file__).resolve().parent / "categories.rgb"
GRAY = 7
COLORS = [color for i, color in enumerate(colorcet.glasbey_category10[:33]) if i != GRAY]
TABLE = bytes(round(255 * part) for color in COLORS for part in color)

if "--check" in sys.argv:
    sys.exit(PATH.read_bytes() != TABLE)
PATH.write_bytes(TABLE)
