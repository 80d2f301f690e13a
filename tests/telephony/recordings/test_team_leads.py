"""Team leads and narrowed seats: whose calls they see and hear, and that nobody else's open to them."""

import pytest
from django.utils import timezone

from telephony.actions.seats import check_place, narrow_seat
from telephony.errors import OutsideOfSeat
from telephony.models import Agent, AgentGroup, GroupMember, Queue, QueueAgent
from telephony.queries import visible_calls
from telephony.queries.supervision import agents_led_by
from telephony.queries.transfers import transfer_limits
from tenants.context import enter
from tenants.people.models import AuditEntry, Member, Site, Team
from tests.telephony.recordings.shelf import a_call
from tests.telephony.recordings.test_search import ids, seen


@pytest.fixture
def lead(shelf, acme, member):
    """Leads the team above Ann's: what hangs below counts."""
    boss = member(acme, "team_lead", name="Tian")
    with enter("acme"):
        top = Team.objects.create(name="Top")
        top.leads.add(boss)
        low = Team.objects.create(name="Low", parent=top)
        Member.objects.filter(pk=shelf.people["ann"].pk).update(team=low)
    return boss


def test_a_team_lead_sees_calls_recordings_and_scores_of_their_people_and_no_others(
    shelf, lead, client_of, now
):
    client = client_of(lead)
    with enter("acme"):
        nobodys = a_call(now, exit="abandoned")
        assert set(visible_calls(lead).values_list("pk", flat=True)) == {shelf.ann.call_id}
    page = client.get("/calls/").content.decode()
    assert str(shelf.ann.call_id) in page
    assert seen(client) == ids(shelf.ann)
    for call_id, status in (
        (shelf.ann.call_id, 200),
        (shelf.ben.call_id, 404),
        (nobodys.pk, 404),
        (shelf.foreign.call_id, 404),
    ):
        assert client.get(f"/calls/{call_id}/").status_code == status
        assert client.get(f"/quality/calls/{call_id}/").status_code == status
    assert client.post(f"/recordings/{shelf.ann.pk}/link/").status_code == 200
    assert client.post(f"/recordings/{shelf.ben.pk}/link/").status_code == 404
    for path in ("/floor/", "/customers/", "/voicemails/", "/reports/"):
        assert client.get(path).status_code == 403


def test_a_lead_without_a_team_sees_nothing_and_a_supervisor_with_one_no_more_than_it(
    shelf, lead, acme, member, client_of
):
    idle, boss = member(acme, "team_lead"), member(acme, "supervisor")
    with enter("acme"):
        assert not visible_calls(idle).exists()
        assert visible_calls(boss).count() == 2
        Team.objects.get(name="Low").leads.add(boss)
        ann = Agent.objects.get(member=shelf.people["ann"])
        assert set(visible_calls(boss).values_list("pk", flat=True)) == {shelf.ann.call_id}
        assert agents_led_by(boss) == {ann.pk}
    assert seen(client_of(idle)) == set()


def test_scores_are_seen_as_calls_are(shelf, lead, acme, member):
    from quality.models import Evaluation, Scorecard
    from quality.queries import visible_evaluations

    judge = shelf.people["judge"]
    with enter("acme"):
        card = Scorecard.objects.create(name="Card")
        for name in ("ann", "ben"):
            Evaluation.objects.create(
                call_id=getattr(shelf, name).call_id,
                scorecard=card,
                agent=Agent.objects.get(member=shelf.people[name]),
                inspector=judge,
                percent=90,
            )

        def whose(reader) -> set[str]:
            return set(visible_evaluations(reader).values_list("agent__name", flat=True))

        found = {name: whose(shelf.people[name]) for name in ("ann", "boss", "judge", "lee", "kim", "cash")}
        assert found == {
            "ann": {"Ann"},
            "boss": {"Ann", "Ben"},
            "judge": {"Ann", "Ben"},
            "lee": {"Ann"},
            "kim": set(),
            "cash": set(),
        }
        assert whose(lead) == {"Ann"}


# --- narrowed seats


def test_a_narrowed_seat_works_in_and_sees_its_queues_and_groups_alone(shelf, acme, client_of, now):
    with enter("acme"):
        other = Queue.objects.create(name="Secret")
        ann = Agent.objects.get(member=shelf.people["ann"])
        ben = Agent.objects.get(member=shelf.people["ben"])
        for queue in (other, shelf.queue):
            QueueAgent.objects.create(queue=queue, agent=ann)
        secret = a_call(now, queue=other, agent=ben)
        judge = shelf.people["judge"]
        group = AgentGroup.objects.create(name="Outside")
        GroupMember.objects.create(group=group, agent=ann)
        for narrowed in (shelf.people["ann"], judge):
            narrow_seat(member=narrowed, queue_ids=[shelf.queue.pk], group_ids=[group.pk])
        assert list(ann.queues.all()) == [shelf.queue]
        with pytest.raises(OutsideOfSeat):
            check_place(member=ann.member, queue=other)
        assert secret.pk not in set(visible_calls(judge).values_list("pk", flat=True))
        assert set(visible_calls(judge).values_list("pk", flat=True)) == {shelf.ann.call_id}
        assert seen(client_of(judge)) == ids(shelf.ann)
        narrow_seat(member=judge, queue_ids=[other.pk], group_ids=[])
        assert seen(client_of(judge)) == set()
        assert client_of(judge).post(f"/recordings/{shelf.ann.pk}/link/").status_code == 404
        limits = transfer_limits(ann.pk, timezone.now())
        assert (limits.queues, limits.agents) == ({shelf.queue.pk}, set())
        assert transfer_limits(ben.pk, timezone.now()) is None
        narrow_seat(member=shelf.people["ann"], queue_ids=[], group_ids=[])
        assert transfer_limits(ann.pk, timezone.now()) is None
        assert AuditEntry.objects.filter(verb="narrowed the seat").count() >= 3


def test_work_crosses_sites(shelf, acme):
    """Remote and on-site agents are one floor: sites narrow neither transfers nor consults."""
    with enter("acme"):
        for name, site in (("ann", "Centre"), ("ben", "Branch")):
            place = Site.objects.create(name=site)
            Member.objects.filter(pk=shelf.people[name].pk).update(site=place)
        assert transfer_limits(Agent.objects.get(name="Ann").pk, timezone.now()) is None
