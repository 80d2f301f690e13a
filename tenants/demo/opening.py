"""Opens the operators and both demo tenants; a second run finds everything there and changes nothing."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from tenants.actions import FirstAdmin, Terms, open_tenant
from tenants.context import enter, enter_public
from tenants.demo import organisation
from tenants.demo.cast import Cast, CastAgent
from tenants.demo.logins import Logins, new_password
from tenants.demo.scripts import FREE_NUMBERS, OPERATORS, SCRIPTS, Person, Script
from tenants.errors import DomainError
from tenants.lending import assign_number
from tenants.models import Number, Plan, Sla, Tenant
from tenants.people.actions import create_member
from tenants.people.models import Member
from tenants.provisioning.opening import provision

FURNISHED_BY = ("telephony", "ticketing", "quality", "reporting")
FIRST_EXTENSION = 1001


class DemoNotOpened(DomainError):
    """The demo tenant %(name)s could not be opened: %(why)s"""


def open_demo(logins: Logins) -> None:
    with enter_public(), ThreadPoolExecutor(max_workers=2) as hashers:
        _Opening(logins, hashers).run()
    logins.write()


class _Opening:
    """One run. Passwords are hashed in two threads while the schemas are made: a hash takes a third of a second."""

    def __init__(self, logins: Logins, hashers: ThreadPoolExecutor) -> None:
        self.logins = logins
        self.hashed: dict[tuple[str, str], Future[str]] = {}
        self.passwords: dict[tuple[str, str], str] = {}
        hosts = [("localhost", person) for person in OPERATORS]
        hosts += [
            (script.domain, person) for script in SCRIPTS for person in script.people if person.is_login
        ]
        for host, person in hosts:
            key = (host, person.username)
            known = logins.known("login", *key)
            self.passwords[key] = known or new_password()
            if not known:
                self.hashed[key] = hashers.submit(make_password, self.passwords[key])

    def run(self) -> None:
        for person in OPERATORS:
            self._person("localhost", "", person, "en")
        for number, country, kind, currency in FREE_NUMBERS:
            Number.objects.get_or_create(
                e164=number, defaults={"country": country, "kind": kind, "currency": currency}
            )
        tenants = [self._tenant(script) for script in SCRIPTS]
        _prices()
        for script, tenant in zip(SCRIPTS, tenants, strict=True):
            with enter(tenant.schema_name):
                self._furnish(script, tenant)

    # --- people ---

    def _person(self, host: str, tenant: str, person: Person, language: str) -> Member:
        member = create_member(
            username=person.username, name=person.name, roles=list(person.roles), language=language
        )
        if person.is_login:
            self._login(host, tenant, person, member)
        return member

    def _login(self, host: str, tenant: str, person: Person, member: Member) -> None:
        key = (host, person.username)
        # A member who has a password keeps it, unless the file that told it is gone.
        if not member.has_usable_password() or key in self.hashed:
            ready = self.hashed.get(key)
            member.password = ready.result() if ready else make_password(self.passwords[key])
            member.save(update_fields=["password"])
        self.logins.add_login(host, tenant, person.name, person.username, person.roles, self.passwords[key])

    # --- tenants ---

    def _tenant(self, script: Script) -> Tenant:
        today = timezone.localdate()
        plan, _made = Plan.objects.get_or_create(
            code=script.plan.code, defaults={"name": script.plan.name, "currency": script.plan.currency}
        )
        sla, _made = Sla.objects.get_or_create(
            name=script.sla,
            defaults={
                "availability_percent": Decimal("99.9"),
                "response_minutes": 30,
                "recovery_minutes": 240,
            },
        )
        started = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        tenant = open_tenant(
            name=script.name,
            schema_name=script.schema_name,
            domain=script.domain,
            language=script.language,
            country=script.country,
            time_zone=script.time_zone,
            currency=script.currency,
            begin=False,
            admin=FirstAdmin(script.people[0].username, script.people[0].name),
            terms=Terms(plan, started, seats=10, sla=sla, reference=f"DEMO-{script.schema_name.upper()}"),
        )
        if not provision(tenant.pk):
            failed = tenant.provisioning_steps.filter(state="failed").first()
            raise DemoNotOpened(name=script.name, why=failed.error if failed else "another process opens it")
        tenant.refresh_from_db()
        self._number(script, tenant)
        return tenant

    def _number(self, script: Script, tenant: Tenant) -> None:
        number, _made = Number.objects.get_or_create(
            e164=script.number,
            defaults={
                "country": script.country,
                "kind": script.number_kind,
                "monthly_fee": script.number_fee,
                "currency": script.currency,
            },
        )
        if number.tenant_id is None:
            assign_number(number_id=number.pk, tenant_id=tenant.pk, at=timezone.now())

    @transaction.atomic
    def _furnish(self, script: Script, tenant: Tenant) -> None:
        members = {
            person.username: self._person(script.domain, script.schema_name, person, script.language)
            for person in script.people
        }
        crew = [person for person in script.people if "agent" in person.roles]
        agents = tuple(
            self._agent(script, members[person.username], str(FIRST_EXTENSION + position), person.is_login)
            for position, person in enumerate(crew)
        )
        organisation.furnish(members, speaks_chinese=script.language == "zh-hans")
        cast = Cast(tenant, script.domain, script.number, members, agents)
        for app in FURNISHED_BY:
            if app in settings.INSTALLED_APPS and find_spec(f"{app}.demo"):
                import_module(f"{app}.demo").furnish(cast)

    def _agent(self, script: Script, member: Member, extension: str, is_login: bool) -> CastAgent:
        password = self.logins.known("device", script.domain, extension) or new_password(24)
        self.logins.add_device(script.domain, extension, password, member.username)
        return CastAgent(member, extension, password, is_login)


def _prices() -> None:
    """Billing and closing are a floor above in the table of imports, and have theirs ready when they are installed."""
    for app, name in (("tenants.billing", "prices"), ("tenants.closing", "sellers")):
        if find_spec(app) and find_spec(f"{app}.demo"):
            getattr(import_module(f"{app}.demo"), name)()
