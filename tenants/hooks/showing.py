"""A delivery as a person sees it: numbers and names masked, also those the receiver was told whole."""

import json
from typing import Any

from tenants.hooks.models import Delivery
from tenants.masking import mask_name, mask_number

MASKS = {"caller_number": mask_number, "caller_name": mask_name}


def shown_body(delivery: Delivery) -> str:
    """Empty before it was made."""
    said = _said(delivery)
    if not said:
        return delivery.body
    for name, whole in _personal(said).items():
        said["data"]["call"][name] = MASKS[name](whole)
    return json.dumps(said, ensure_ascii=False, indent=2)


def shown_answer(delivery: Delivery, answer: str) -> str:
    """What a receiver says may repeat what it was told."""
    for name, whole in _personal(_said(delivery)).items():
        answer = answer.replace(whole, MASKS[name](whole))
    return answer


def _said(delivery: Delivery) -> dict[str, Any]:
    try:
        said = json.loads(delivery.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _personal(said: dict[str, Any]) -> dict[str, str]:
    """What was told whole and is somebody's."""
    call = (said.get("data") or {}).get("call") or {}
    return {} if call.get("is_masked", True) else {name: call[name] for name in MASKS if call.get(name)}
