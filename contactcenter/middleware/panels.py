"""Pages with panels may frame, and send a form to, the origins of those panels: of this tenant, for this reader."""

from contactcenter.middleware.security import STRICT, as_header
from ticketing.panels.addresses import origin_of
from ticketing.panels.queries import panels_on

PLACES = {
    "telephony:workspace": "call",
    "telephony:call": "call",
    "ticketing:customer": "customer",
    "ticketing:ticket": "ticket",
}


class FramesOfPanels:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        place = PLACES.get(getattr(request.resolver_match, "view_name", ""))
        if place and response.status_code == 200 and request.user.is_authenticated:
            origins = sorted({origin_of(panel.url) for panel in panels_on(request, place)})
            if origins:
                response.headers["Content-Security-Policy"] = as_header(_with(" ".join(origins)))
        return response


def _with(origins: str) -> dict[str, str]:
    return STRICT | {"frame-src": origins, "form-action": f"{STRICT['form-action']} {origins}"}
