"""A scorecard for each demo tenant, and some calls scored on it by its inspector."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from quality import actions, queries
from quality.actions import GivenPoints, ItemDraft
from quality.models import Scorecard
from telephony import queries as telephony
from tenants.demo import Cast

SCORED_CALLS = 12
DAYS_BACK = 15

FORMS = {
    "zh-hans": (
        "服务质检表",
        (
            ItemDraft("开场白规范，报出公司和姓名", Decimal(10)),
            ItemDraft("准确理解客户的问题", Decimal(25)),
            ItemDraft("给出正确、完整的答复", Decimal(35)),
            ItemDraft("语气耐心，不打断客户", Decimal(20)),
            ItemDraft("结束前确认没有其他问题", Decimal(10)),
            ItemDraft("没有泄露其他客户的信息", is_fatal=True),
            ItemDraft("没有辱骂或挂断客户", is_fatal=True),
        ),
        (
            "答复准确，结束语可以再完整一些。",
            "很好，值得在班会上分享。",
            "客户说了两遍才听懂，请先复述问题。",
        ),
    ),
    "en": (
        "Service scorecard",
        (
            ItemDraft("Opens with company and name", Decimal(10)),
            ItemDraft("Understands what is asked", Decimal(25)),
            ItemDraft("Gives a right and complete answer", Decimal(35)),
            ItemDraft("Patient; does not interrupt", Decimal(20)),
            ItemDraft("Asks whether anything is left", Decimal(10)),
            ItemDraft("Tells nothing about other customers", is_fatal=True),
            ItemDraft("Neither insults nor hangs up", is_fatal=True),
        ),
        (
            "Right answer; close a little warmer.",
            "Very good, one to play to the team.",
            "Repeat the question first.",
        ),
    ),
}


def furnish(cast: Cast) -> None:
    """A second run finds the scorecard there and changes nothing."""
    if Scorecard.objects.exists():
        return
    name, items, comments = FORMS[cast.tenant.language]
    at = timezone.now() - timedelta(days=DAYS_BACK)
    inspector = cast.members["inspector"]
    card = actions.create_scorecard(name=name, items=items, at=at, by=inspector)
    actions.publish_scorecard(scorecard_id=card.pk, at=at, by=inspector)
    chance = random.Random(cast.tenant.schema_name)  # noqa: S311 - a rehearsal, not a secret
    choice = queries.CallChoice(start=at, end=timezone.now(), min_talk_seconds=60)
    calls = list(queries.calls_to_score(choice, inspector)[: SCORED_CALLS * 8 : 8])
    for call in calls:
        actions.publish_evaluation(
            call=telephony.call(call.pk),
            scorecard_id=card.pk,
            points=[_points(item, chance) for item in card.items.all()],
            comment=chance.choice(comments),
            at=call.ended_at + timedelta(hours=1),
            by=inspector,
        )


def _points(item, chance: random.Random) -> GivenPoints:
    if item.is_fatal:
        return GivenPoints(item.pk, 0 if chance.random() < 0.03 else 1)
    return GivenPoints(item.pk, chance.choice((3, 4, 4, 5, 5)))
