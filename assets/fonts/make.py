#!/usr/bin/env python3
"""Makes the two embedded faces of the kiosk, and coverage.txt.

Why: a kiosk image may carry no Chinese font at all, and a missing glyph is drawn as nothing.
What goes in: the 8,105 standard characters (Unihan kTGH), GB 2312, Big5 level 1 (for zh-TW), every
character of our own texts, Latin and symbols. What stays out: layout features, hints, vertical forms.

Needs: pip install fonttools; apt install fonts-noto-cjk unicode-data
Run:   assets/fonts/make.py        (from anywhere; about half a minute)
"""
import bz2
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
NOTO = pathlib.Path("/usr/share/fonts/opentype/noto")
UNIHAN = pathlib.Path("/usr/share/unicode")
SC_FACE = 2  # NotoSansCJK-*.ttc: 0 JP, 1 KR, 2 SC, 3 TC, 4 HK
FAMILY = "Jiujin Sans SC"
OWN_TEXTS = ["ui/lang/**/*.po", "ui/**/*.slint", "assets/catalogue/**/*.toml", "assets/catalogue/**/*.json"]


def standard_characters():
    for archive in sorted(UNIHAN.glob("Unihan_*.bz2")):
        for line in bz2.open(archive, "rt", encoding="utf-8"):
            if "\tkTGH\t" in line:
                yield int(line.split("\t")[0][2:], 16)


def of_codec(codec, first_row, last_row):
    for row in range(first_row, last_row + 1):
        for cell in list(range(0x40, 0x7F)) + list(range(0xA1, 0xFF)):
            try:
                yield ord(bytes([row, cell]).decode(codec))
            except (UnicodeDecodeError, TypeError):
                pass


def own_texts():
    for pattern in OWN_TEXTS:
        for path in PROJECT.glob(pattern):
            yield from (ord(c) for c in path.read_text(encoding="utf-8") if ord(c) >= 0x20)


# In Big5's second level, and in our sentences once they are traditional; `jiujin catalogue check` names what lacks.
TRADITIONAL = "柺癇"


def wanted():
    points = set(standard_characters())
    points |= set(of_codec("gb2312", 0xA1, 0xF7))
    points |= set(of_codec("big5", 0xA1, 0xC6))
    points |= set(own_texts()) | set(map(ord, TRADITIONAL))
    for low, high in [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF),
                      (0x2100, 0x214F), (0x2190, 0x2199), (0x2460, 0x2473), (0x25A0, 0x25FF), (0x3000, 0x303F),
                      (0x31C0, 0x31E3), (0x2E80, 0x2EF3), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6)]:
        points |= set(range(low, high + 1))
    return points


def rename(font, style):
    names = {1: FAMILY, 2: style, 3: f"{FAMILY} {style}", 4: f"{FAMILY} {style}",
             6: FAMILY.replace(" ", "") + "-" + style}
    copyright_line = font["name"].getDebugName(0)
    font["name"].names = []
    for key, text in {**names, 0: copyright_line,
                      13: "SIL Open Font License 1.1", 14: "https://scripts.sil.org/OFL"}.items():
        font["name"].setName(text, key, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [names[6]]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = names[4], FAMILY


def make(style, points):
    font = TTFont(NOTO / f"NotoSansCJK-{style}.ttc", fontNumber=SC_FACE)
    options = subset.Options(layout_features=[], hinting=False, desubroutinize=True, notdef_outline=True)
    options.drop_tables += ["VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    rename(font, style)
    path = HERE / f"JiujinSansSC-{style}.otf"
    font.save(path)
    print(path.name, path.stat().st_size)
    return set(font.getBestCmap())


def ranges(points):
    run = []
    for point in sorted(points):
        if run and point == run[-1][1] + 1:
            run[-1][1] = point
        else:
            run.append([point, point])
    return run


def main():
    points = wanted()
    covered = make("Regular", points) & make("Bold", points)
    text = "".join(f"{a:X}\n" if a == b else f"{a:X}-{b:X}\n" for a, b in ranges(covered))
    (HERE / "coverage.txt").write_text("# Code points in both faces; written by make.py.\n" + text)
    missing = sorted(p for p in set(standard_characters()) - covered)
    print(f"{len(covered)} characters; standard characters missing: {len(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
