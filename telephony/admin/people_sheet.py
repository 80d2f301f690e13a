"""People as a sheet with their work: who they are, where they belong, extension, queues and skills, one row each."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from telephony import actions
from telephony.actions.seats import check_place
from telephony.admin.resources import LevelsWidget, QueuesWidget
from telephony.models import Agent, AgentSkill, Queue, QueueAgent
from tenants.errors import DomainError
from tenants.people.admin import MemberAdmin
from tenants.people.admin_resources import MemberResource
from tenants.people.policies import Member

NEXT = "new"
"""In the column of extensions: the next free one."""
WORK = ("extension", "queues", "skills")


class PersonResource(MemberResource):
    """A row with an extension is somebody who takes calls; one without leaves what they are."""

    extension = Field(column_name="extension")
    queues = Field(column_name="queues", widget=QueuesWidget())
    skills = Field(column_name="skills", widget=LevelsWidget())

    class Meta(MemberResource.Meta):
        fields = (*MemberResource.Meta.fields, *WORK)
        export_order = fields

    def dehydrate_extension(self, member: Member) -> str:
        agent = _agent_of(member)
        return agent.extension if agent else ""

    def dehydrate_queues(self, member: Member) -> str:
        agent = _agent_of(member)
        return ", ".join(agent.queues.order_by("name").values_list("name", flat=True)) if agent else ""

    def dehydrate_skills(self, member: Member) -> str:
        agent = _agent_of(member)
        known = agent.agent_skills.select_related("skill").order_by("skill__name") if agent else ()
        return ", ".join(f"{skill.skill.name} {skill.level}" for skill in known)

    def import_field(
        self, field: Field, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        """Work is read now, so that a wrong cell is named, and written once the member is there."""
        if field.column_name not in WORK:
            super().import_field(field, instance, row, is_m2m, **kwargs)
        elif field.column_name != "extension" and field.column_name in row:
            setattr(instance, f"_{field.column_name}", field.clean(row, **kwargs))

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """What changed may be the work alone, which is in other rows."""
        same = super().skip_row(instance, original, row, import_validation_errors)
        return same and not self._has_other_work(instance, row)

    def _has_other_work(self, member: Member, row: Any) -> bool:
        agent, extension = _agent_of(member), str(row.get("extension") or "").strip()
        if agent is None:
            return bool(extension or getattr(member, "_queues", None) or getattr(member, "_skills", None))
        queues = sorted(agent.queues.values_list("pk", flat=True))
        skills = dict(agent.agent_skills.values_list("skill_id", "level"))
        return (
            (bool(extension) and extension.lower() != NEXT and extension != agent.extension)
            or sorted(getattr(member, "_queues", queues)) != queues
            or getattr(member, "_skills", skills) != skills
        )

    def after_save_instance(self, instance: Member, row: Any, **kwargs: Any) -> None:
        super().after_save_instance(instance, row, **kwargs)
        try:
            agent = self._agent(instance, str(row.get("extension") or "").strip())
            if agent is not None:
                _give_queues(agent, getattr(instance, "_queues", None))
                _give_skills(agent, getattr(instance, "_skills", None))
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal

    def _agent(self, member: Member, extension: str) -> Agent | None:
        agent = _agent_of(member)
        if not extension:
            if agent is None and (getattr(member, "_queues", None) or getattr(member, "_skills", None)):
                raise ValidationError(
                    _("Queues and skills need an extension. Write “new” for the next free one.")
                )
            return agent
        if extension.lower() == NEXT:
            return agent or actions.create_agent(member=member)[0]
        _check_extension(extension, agent)
        if agent is None:
            return actions.create_agent(member=member, extension=extension)[0]
        actions.change_agent(agent_id=agent.pk, at=timezone.now(), extension=extension)
        return agent

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        if not kwargs.get("dry_run"):
            actions.floor_changed()


def _agent_of(member: Member) -> Agent | None:
    return Agent.objects.filter(member_id=member.pk).first() if member.pk else None


def _check_extension(extension: str, agent: Agent | None) -> None:
    if not (extension.isascii() and extension.isdigit() and 2 <= len(extension) <= 8):
        raise ValidationError(_("An extension is 2 to 8 digits."))
    holder = Agent.objects.filter(extension=extension).first()
    if holder is not None and (agent is None or holder.pk != agent.pk):
        raise ValidationError(
            _("Extension %(number)s is %(name)s's.") % {"number": extension, "name": holder.name}
        )


def _give_queues(agent: Agent, wanted: list[int] | None) -> None:
    if wanted is None:
        return
    for queue in Queue.objects.filter(pk__in=wanted):
        check_place(member=agent.member, queue=queue)
    agent.queue_agents.exclude(queue_id__in=wanted).delete()
    for queue_id in wanted:
        QueueAgent.objects.get_or_create(agent=agent, queue_id=queue_id)


def _give_skills(agent: Agent, wanted: dict[int, int] | None) -> None:
    if wanted is None:
        return
    agent.agent_skills.exclude(skill_id__in=wanted).delete()
    for skill_id, level in wanted.items():
        AgentSkill.objects.update_or_create(agent=agent, skill_id=skill_id, defaults={"level": level})


MemberAdmin.sheets_of_tenants = [PersonResource]
