"""A tenant's colour on our surfaces: every pair of text and ground keeps 4.5 : 1 (WCAG AA), by light and by dark.

One colour is given. Where it would be too faint on a ground of ours it is made darker, or by dark lighter, until it is
not; the surfaces are those of static/css/app.css.
"""

import re

Rgb = tuple[int, int, int]
ENOUGH = 4.5
MARGIN = 4.6
"""What is aimed at: a rounding must not cost the last tenth."""
WHITE: Rgb = (255, 255, 255)
ON_DARK: Rgb = (13, 20, 40)
LIGHT_GROUNDS: tuple[Rgb, ...] = ((244, 245, 248), WHITE, (234, 237, 242))
DARK_GROUNDS: tuple[Rgb, ...] = ((15, 18, 23), (23, 27, 34), (33, 39, 50))
_HEX = re.compile(r"#?([0-9a-f]{6})\Z")


def parsed(text: str) -> Rgb | None:
    """`#2350c4` or `2350c4`, small letters; None for anything else."""
    found = _HEX.match(text)
    if not found:
        return None
    number = int(found[1], 16)
    return number >> 16, number >> 8 & 255, number & 255


def written(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of the other, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _until_readable(colour: Rgb, towards: Rgb, ground: Rgb, others: tuple[Rgb, ...]) -> tuple[Rgb, Rgb]:
    """The colour and its soft ground: step by step towards black or white, until it is read on all of them."""
    for step in range(0, 101, 2):
        tried = mixed(colour, towards, step / 100)
        soft = mixed(tried, ground, 0.9)
        if all(contrast(tried, each) >= MARGIN for each in (*others, soft)):
            return tried, soft
    return towards, mixed(towards, ground, 0.9)


def stylesheet(colour: Rgb) -> str:
    """Our own tokens, and the theme's of the settings."""
    light, light_soft = _until_readable(colour, (0, 0, 0), WHITE, LIGHT_GROUNDS)
    dark, dark_soft = _until_readable(colour, WHITE, DARK_GROUNDS[1], (*DARK_GROUNDS, ON_DARK))
    pairs = {
        "accent": (light, dark),
        "accent-hover": (mixed(light, (0, 0, 0), 0.25), mixed(dark, WHITE, 0.35)),
        "on-accent": (WHITE, ON_DARK),
        "accent-soft": (light_soft, dark_soft),
    }
    own = "".join(
        f"--{name}: light-dark({written(day)}, {written(night)});" for name, (day, night) in pairs.items()
    )
    shades = {"500": mixed(light, WHITE, 0.1), "600": light, "700": mixed(light, (0, 0, 0), 0.25)}
    theme = "".join(f"--color-primary-{name}: {written(shade)};" for name, shade in shades.items())
    return f":root {{ {own} {theme} }}\n"
