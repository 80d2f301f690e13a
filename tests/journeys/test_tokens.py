"""The colours of the style sheet, computed: every pair a component uses keeps AA contrast in both themes."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static/css/app.css").read_text()
PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(CSS)}
SURFACES = ("surface-page", "surface-card", "surface-sunken")
MEANINGS = ("good", "warning", "danger", "info", "neutral")

TEXT = [
    *[(text, surface) for text in ("text-strong", "text", "text-quiet") for surface in SURFACES],
    *[(f"{meaning}", f"{meaning}-soft") for meaning in MEANINGS],
    *[(meaning, surface) for meaning in MEANINGS for surface in SURFACES],
    *[("text-strong", f"{meaning}-soft") for meaning in (*MEANINGS, "accent")],
    ("accent", "surface-card"), ("accent", "surface-page"), ("accent", "accent-soft"),
    ("on-accent", "accent"), ("on-accent", "accent-hover"), ("on-danger", "danger"),
]  # fmt: skip
EDGES = [("line-strong", surface) for surface in ("surface-page", "surface-card")]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text, ground, theme):
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_the_edge_of_a_control_can_be_seen(edge, ground, theme):
    assert contrast(TOKENS[edge][theme], TOKENS[ground][theme]) >= 3


def test_every_colour_is_a_token():
    sheets = Path(__file__).resolve().parents[2].glob("static/css/*.css")
    below_the_tokens = CSS.split("/* -----", 2)[2] + "".join(
        p.read_text() for p in sheets if p.name != "app.css"
    )
    loose = [line for line in below_the_tokens.splitlines() if re.search(r"#[0-9a-fA-F]{3,6}\b", line)]
    assert [
        line
        for line in loose
        if "light-dark(" not in line and "@media print" not in line and "background: #fff" not in line
    ] == []
