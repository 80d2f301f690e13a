"""How both admin sites look: unfold's settings with the console's accent and colours that pass WCAG AA."""

from typing import Any

from django.utils.translation import gettext_lazy as _


def brand_style(request: Any) -> str:
    """The tenant's own colour over ours; without one the same file again, which costs nothing."""
    accent = getattr(getattr(request.tenant, "standing", None), "accent", "")
    return f"/brand/colours/{accent.removeprefix('#')}.css" if accent else "/static/css/admin.css"


# unfold writes small grey text in 400 and 500, too faint on its own grey cards; these two are a step darker.
GREY = {
    "50": "#f8fafc",
    "100": "#f1f4f8",
    "200": "#e1e7ef",
    "300": "#c6cfdb",
    "400": "#5f6b7c",
    "500": "#566273",
    "600": "#445062",
    "700": "#344052",
    "800": "#222c3b",
    "900": "#141c28",
    "950": "#0b111a",
}
BLUE = {
    "50": "#eff5ff",
    "100": "#dbe8fe",
    "200": "#bfd6fe",
    "300": "#93bbfd",
    "400": "#609afa",
    "500": "#2f6fe0",
    "600": "#1d5bd0",
    "700": "#1a4bae",
    "800": "#1b408c",
    "900": "#1b396f",
    "950": "#152447",
}
FONT = {
    "subtle-light": "#566273",
    "subtle-dark": "#b4bfcd",
    "default-light": "#3a4656",
    "default-dark": "#d3dae4",
    "important-light": "#141c28",
    "important-dark": "#f1f4f8",
}
LANGUAGES = [
    {"bidi": False, "code": "en", "name": "English", "name_local": "English", "name_translated": "English"},
    {
        "bidi": False,
        "code": "zh-hans",
        "name": "Chinese",
        "name_local": "简体中文",
        "name_translated": "简体中文",
    },
]
UNFOLD = {
    "SITE_TITLE": _("Call centre"),
    "SITE_HEADER": _("Call centre"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "call",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: "/static/img/icon.svg"}
    ],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "/language/", "navigation": LANGUAGES},
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {"base": GREY, "primary": BLUE, "font": FONT},
    "STYLES": [lambda request: "/static/css/admin.css", brand_style],
    "SCRIPTS": [lambda request: "/static/js/lists/find.js"],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": []},
    "ACCOUNT": {"navigation": [{"title": _("Change password"), "link": "/password/"}]},
}
