"""Every pair of colours that look.md allows keeps its contrast, in light, dark and elder."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "tianping/web/static/web/css"
WASHES = ("cinnabar-wash", "amber-wash", "moss-wash")
GROUNDS = ("paper", "surface", "sunk", "pick", "private", *WASHES)
STATES = ("cinnabar", "amber", "moss")
# The worst contrast that each colour may have over the grounds it sits on: the table of the design.
FLOORS = {
    "light": {"ink": 13.5, "ink-soft": 6.6, "edge": 3.6, "pine": 6.7, "cinnabar": 5.5, "amber": 5.7, "moss": 5.4},
    "dark": {"ink": 10.8, "ink-soft": 6.4, "edge": 3.6, "pine": 7.1, "cinnabar": 6.5, "amber": 7.9, "moss": 7.5},
    "elder": {"ink": 13.5, "ink-soft": 8.1, "edge": 5.7, "pine": 9.1, "cinnabar": 7.6, "amber": 7.3, "moss": 7.7},
}
FILLED = [("on-pine", "pine-fill"), ("on-pine", "pine-hover"), ("on-cinnabar", "cinnabar-fill"), ("paper", "ink")]


def blocks(css: str) -> dict[str, dict[str, str]]:
    """The colours of each rule of tokens.css, by its selector."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", plain)
    return {s.strip(): dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body)) for s, body in rules}


RULES = blocks((CSS / "tokens.css").read_text(encoding="utf-8"))
LIGHT = RULES[":root"]
THEMES = {
    "light": LIGHT,
    "dark": LIGHT | RULES[':root[data-theme="dark"]'],
    "elder": LIGHT | RULES[":root[data-elder]"],
}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", FLOORS["light"])
def test_a_colour_keeps_its_contrast_on_every_ground(theme: str, name: str) -> None:
    tokens = THEMES[theme]
    worst = min((contrast(tokens[name], tokens[g]), g) for g in GROUNDS)
    floor = max(FLOORS[theme][name], 3 if name == "edge" else 4.5)
    assert worst[0] >= floor, f"{theme}: {name} on {worst[1]} has {worst[0]:.2f}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "fill"), FILLED)
def test_text_on_a_fill_can_be_read(theme: str, text: str, fill: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens[text], tokens[fill]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_ring_is_seen_on_every_ground(theme: str) -> None:
    tokens = THEMES[theme]
    assert min(contrast(tokens["focus"], tokens[g]) for g in GROUNDS) >= 3


def test_print_is_as_legible_as_the_screen() -> None:
    tokens = LIGHT | RULES[":root:root:root"]
    assert (
        min(contrast(tokens[name], tokens[g]) for name in ("ink", "ink-soft", "pine", *STATES) for g in GROUNDS) >= 4.5
    )


def test_dark_by_system_is_dark_by_choice() -> None:
    assert RULES[':root:not([data-theme="light"])'] == RULES[':root[data-theme="dark"]']


def test_dark_names_every_colour_that_light_names() -> None:
    assert set(LIGHT) - set(RULES[':root[data-theme="dark"]']) == {"on-cinnabar"}


@pytest.mark.parametrize("file", sorted(p.name for p in CSS.glob("*.css") if p.name != "tokens.css"))
def test_no_other_file_names_a_colour(file: str) -> None:
    css = (CSS / file).read_text(encoding="utf-8")
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])|rgba?\([^)]*\)", css)
    # A QR code is black on white in every theme; a backdrop dims whatever lies below.
    assert set(found) <= {"#ffffff", "rgb(16 19 21 / 36%)"}
    assert found.count("#ffffff") <= 1


@pytest.mark.parametrize("file", sorted(p.name for p in CSS.glob("*.css")))
def test_every_token_that_is_used_exists(file: str) -> None:
    known = set(re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text(encoding="utf-8")))
    used = set(re.findall(r"var\(--([\w-]+)", (CSS / file).read_text(encoding="utf-8")))
    assert used <= known
