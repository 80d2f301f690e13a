"""Agents as a sheet: one row each, told apart by user name; wrong rows are named before anything is saved."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, Widget

from telephony import actions
from telephony.models import Agent, AgentSkill, Queue, QueueAgent, Skill
from tenants.errors import DomainError
from tenants.exports import SafeResource
from tenants.people.policies import Member
from tenants.typed import whole


class MemberWidget(ForeignKeyWidget):
    """The member by user name."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Member:
        member = Member.objects.filter(username__iexact=str(value or "").strip()).first()
        if member is None:
            raise ValueError(_("There is no member with this user name. Add the member first."))
        return member


class LevelsWidget(Widget):
    """`English 8, French 3` in a cell; a name without a number means level 5."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dict[int, int]:
        levels = {}
        for part in _parts(value):
            name, _space, said = part.rpartition(" ")
            name, level = (name, whole(said, 4)) if said.isdigit() else (part, 5)
            skill = Skill.objects.filter(name__iexact=name.strip()).first()
            if skill is None:
                raise ValueError(_("There is no skill called %(name)s.") % {"name": name[:40]})
            if level is None or not 1 <= level <= 10:
                raise ValueError(_("A level is 1 to 10."))
            levels[skill.pk] = level
        return levels


class QueuesWidget(Widget):
    """`Sales, Service` in a cell."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[int]:
        found = []
        for name in _parts(value):
            queue = Queue.objects.filter(name__iexact=name).first()
            if queue is None:
                raise ValueError(_("There is no queue called %(name)s.") % {"name": name[:40]})
            found.append(queue.pk)
        return found


class AgentResource(SafeResource):
    username = Field(
        attribute="member", column_name="username", widget=MemberWidget(Member, field="username")
    )
    skills = Field(column_name="skills", attribute="skills", widget=LevelsWidget())
    queues = Field(column_name="queues", attribute="queues", widget=QueuesWidget())

    class Meta:
        model = Agent
        import_id_fields = ["username"]
        fields = ("username", "name", "extension", "is_active", "skills", "queues")
        export_order = fields
        skip_unchanged = False
        clean_model_instances = True

    def dehydrate_skills(self, agent: Agent) -> str:
        known = agent.agent_skills.select_related("skill").order_by("skill__name")
        return ", ".join(f"{skill.skill.name} {skill.level}" for skill in known)

    def dehydrate_queues(self, agent: Agent) -> str:
        return ", ".join(agent.queues.values_list("name", flat=True))

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        row["username"] = str(row.get("username") or "").strip().lower()
        if not row["username"]:
            raise ValueError(_("The user name is missing."))
        row["extension"] = str(row.get("extension") or "").strip() or actions.next_extension()

    def import_field(
        self, field: Field, instance: Agent, row: Any, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        """Skills and queues are rows of their own: read now, written after the agent is."""
        if field.column_name not in ("skills", "queues"):
            super().import_field(field, instance, row, is_m2m, **kwargs)
        elif field.column_name in row:
            setattr(instance, f"_{field.column_name}", field.clean(row, **kwargs))

    def before_save_instance(self, instance: Agent, row: Any, **kwargs: Any) -> None:
        """The seats of the contract hold for sheets as well."""
        was_active = Agent.objects.filter(pk=instance.pk, is_active=True).exists()
        if not instance.is_active or was_active:
            return
        try:
            actions.check_seats(adding=1)
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal

    def do_instance_save(self, instance: Agent, is_create: bool) -> None:
        """Of an agent at work only what a sheet is about is written."""
        if is_create:
            instance.save()
            return
        values = {name: getattr(instance, name) for name in ("name", "extension", "is_active")}
        actions.change_agent(agent_id=instance.pk, at=timezone.now(), **values)

    def after_save_instance(self, instance: Agent, row: Any, **kwargs: Any) -> None:
        if not instance.devices.exists():
            actions.add_phone(agent=instance)
        if hasattr(instance, "_skills"):
            instance.agent_skills.exclude(skill_id__in=instance._skills).delete()
            for skill_id, level in instance._skills.items():
                AgentSkill.objects.update_or_create(
                    agent=instance, skill_id=skill_id, defaults={"level": level}
                )
        if hasattr(instance, "_queues"):
            instance.queue_agents.exclude(queue_id__in=instance._queues).delete()
            for queue_id in instance._queues:
                QueueAgent.objects.get_or_create(agent=instance, queue_id=queue_id)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        if not kwargs.get("dry_run"):
            actions.floor_changed()


def _parts(value: Any) -> list[str]:
    return [part.strip() for part in str(value or "").replace(";", ",").split(",") if part.strip()]
