"""A tenant's own name, colour and logo: checked, shown on its own pages alone, readable on every ground."""

import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.plans.colours import DARK_GROUNDS, LIGHT_GROUNDS, contrast, parsed, stylesheet
from tenants.plans.models import Brand
from tenants.plans.pictures import picture_of


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x23\x50\xc4" * width for _ in range(min(height, 8)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def given(**changes):
    return {"product_name": "", "accent": ""} | changes


def test_it_is_shown_on_its_own_pages_and_at_its_own_door_only(acme, globex, member, client_of, client):
    owner = client_of(member(acme, "owner"))
    logo = SimpleUploadedFile("logo.svg.png", png(), "image/svg+xml")
    answer = owner.post("/plan/brand/", given(product_name="Star Desk", accent="#7A1F5C", logo=logo))
    assert answer.status_code == 302
    fingerprint = Brand.objects.get(tenant=acme).fingerprint
    for page in (owner.get("/calls/"), client.get("/sign-in/", SERVER_NAME="acme.localhost")):
        text = page.content.decode()
        assert "Star Desk" in text
        assert "/brand/colours/7a1f5c.css" in text
        assert f"/brand/logo/{fingerprint}" in text
    assert "/brand/colours/7a1f5c.css" in owner.get("/admin/").content.decode()
    picture = client.get(f"/brand/logo/{fingerprint}", SERVER_NAME="acme.localhost")
    assert (picture.content, picture["Content-Type"]) == (png(), "image/png")
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/brand/logo/{fingerprint}", SERVER_NAME="globex.localhost").status_code == 404
    assert "Star Desk" not in client.get("/sign-in/", SERVER_NAME="globex.localhost").content.decode()
    owner.post("/plan/brand/", given(drops_logo="on"))
    assert "/brand/" not in client.get("/sign-in/", SERVER_NAME="acme.localhost").content.decode()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"GIF89a" + bytes(40),
        png(2000, 2),
        png()[:30],
        png() + bytes(200_001),
        b"\xff\xd8\xff" + bytes(9),
    ],
)
def test_what_is_no_picture_of_a_fitting_kind_and_size_is_refused(content, acme, member, client_of):
    owner = client_of(member(acme, "owner"))
    file = SimpleUploadedFile("logo.png", content, "image/png")
    answer = owner.post("/plan/brand/", given(logo=file))
    assert answer.status_code == 422
    assert "A logo is a PNG, JPEG or WebP picture" in answer.content.decode()
    assert not Brand.objects.exclude(logo=None).exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(40, 8), ("image/png", 40, 8)),
        (
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20" + bytes(9),
            ("image/jpeg", 32, 16),
        ),
        (b"RIFF" + bytes(4) + b"WEBPVP8X" + bytes(8) + b"\x1f\x00\x00\x0f\x00\x00", ("image/webp", 32, 16)),
        (b"RIFF" + bytes(4) + b"WEBPVP8L" + bytes(3), None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_what_it_is(data, said):
    assert picture_of(data) == said


def test_a_colour_white_words_cannot_be_read_on_is_refused_and_so_is_a_made_up_one(
    acme, member, client_of, client
):
    owner = client_of(member(acme, "owner"))
    answer = owner.post("/plan/brand/", given(accent="#ffcc00"))
    assert answer.status_code == 422
    assert "cannot be read (1.5 : 1" in answer.content.decode()
    assert owner.post("/plan/brand/", given(accent="red;}")).status_code == 422
    assert not Brand.objects.exclude(accent="").exists()
    for bad in ("red", "12345", "}body{", "2350C4"):
        assert client.get(f"/brand/colours/{bad}.css", SERVER_NAME="acme.localhost").status_code == 404


@pytest.mark.parametrize(
    "accent",
    [f"#{r:02x}{g:02x}{b:02x}" for r in (0, 90, 180, 255) for g in (0, 60, 120) for b in (0, 128, 255)],
)
def test_every_colour_that_is_taken_is_read_on_every_ground_of_ours(accent):
    text = stylesheet(parsed(accent))
    tokens = {
        name: pair[len("light-dark(") : -1].split(", ")
        for name, pair in (one.strip().split(": ") for one in text[8:-3].split(";") if "light-dark" in one)
    }
    day, night = ({name: parsed(pair[place]) for name, pair in tokens.items()} for place in (0, 1))
    for theme, grounds in ((day, LIGHT_GROUNDS), (night, DARK_GROUNDS)):
        for ground in (*grounds, theme["--accent-soft"], theme["--on-accent"]):
            assert contrast(theme["--accent"], ground) >= 4.5, (accent, ground)
        for ground in grounds:
            assert contrast(theme["--accent-hover"], ground) >= 4.5
