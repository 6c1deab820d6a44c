"""Makes Inter-Regular.ttf from InterVariable.woff2 of Inter 4.1 (npm package inter-ui 4.1.1).

Weight 400, optical size 14; Latin, Greek, Cyrillic, superscripts and mathematical signs; kerning, marks and tabular
figures; no hints. Needs fonttools and brotli:

    npm pack inter-ui@4.1.1 && tar xzf inter-ui-4.1.1.tgz
    python make_font.py package/variable/InterVariable.woff2 Inter-Regular.ttf
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

RANGES = [
    (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x400), (0x400, 0x530), (0x1E00, 0x1F00), (0x2000, 0x20D0),
    (0x2100, 0x2300), (0x25A0, 0x25A1), (0x25CB, 0x25CC), (0x25CF, 0x25D0), (0xFFFD, 0xFFFE),
]

source, target = sys.argv[1:]
font = instancer.instantiateVariableFont(TTFont(source), {"wght": 400, "opsz": 14})
options = subset.Options()
options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
options.hinting = False
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[c for first, end in RANGES for c in range(first, end)])
subsetter.subset(font)
font.flavor = None
font.recalcTimestamp = False
font["head"].modified = font["head"].created
font.save(target)
