"""The receipt as a picture, drawn with a Chinese font of this machine."""

import io
from functools import cache
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

# Where Chinese fonts lie: Debian and others (Noto, Source Han, WenQuanYi), Windows, macOS.
_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "C:/Windows/Fonts", "/System/Library/Fonts")
_NAMES: Final = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.*",
    "SourceHanSansSC-Regular.*",
    "SourceHanSansCN-Regular.*",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
)
WIDTH: Final = 1080  # pixels, as broad as a phone's screen
EDGE: Final = 72
INK, SOFT, PAPER, SEAL = "#1d2327", "#4b535b", "#ffffff", "#b3261e"


@cache
def font() -> str:
    """The file of a Chinese font; "" where there is none: then the receipt is printed instead."""
    for folder in map(Path, _FOLDERS):
        for name in _NAMES if folder.is_dir() else ():
            if found := next(folder.rglob(name), None):
                return str(found)
    return ""


def draw(title: str, moment: str, lines: list[tuple[str, str]], address: str) -> bytes:
    """A PNG: title and moment, (label, value) lines, the QR code of `address`."""
    big, body, small = (ImageFont.truetype(font(), size) for size in (64, 46, 34))
    rows = [
        (small, SOFT, label, 12) if n == 0 else (body, INK, part, 12 if n < len(parts) - 1 else 36)
        for label, value in lines
        for parts in [["", *_wrap(value, body)]]
        for n, part in enumerate(parts)
    ]
    code = segno.make(address, error="m", micro=False)
    module = 480 // int(code.symbol_size()[0])
    side = module * int(code.symbol_size()[0])
    height = EDGE * 2 + 170 + sum(int(f.size * 1.4) + gap for f, _c, _t, gap in rows) + side
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((EDGE, EDGE), title, INK, big)
    pen.text((EDGE, EDGE + 92), moment, SOFT, small)
    pen.rounded_rectangle((WIDTH - EDGE - 120, EDGE, WIDTH - EDGE, EDGE + 120), 12, SEAL)
    pen.text((WIDTH - EDGE - 60, EDGE + 58), "天平", PAPER, ImageFont.truetype(font(), 46), anchor="mm")
    at = EDGE + 170
    for face, colour, text, gap in rows:
        pen.text((EDGE, at), text, colour, face)
        at += int(face.size * 1.4) + gap
    for y, row in enumerate(code.matrix_iter(border=4)):
        for x, dark in enumerate(row):
            if dark:
                left, top = EDGE + x * module, at + y * module
                pen.rectangle((left, top, left + module - 1, top + module - 1), INK)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _wrap(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """Lines that fit; Chinese breaks anywhere, and a code after its dashes by being cut at the edge."""
    lines = [""]
    for letter in text:
        if face.getlength(lines[-1] + letter) > WIDTH - EDGE * 2:
            lines.append("")
        lines[-1] += letter
    return lines
