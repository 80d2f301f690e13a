"""A rehearsal switch in this process, with a small configuration of its own and an ear for its news."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from telephony.freeswitch.rehearsal import callers, commands, conf, steps
from telephony.freeswitch.rehearsal.bus import Event, flat
from telephony.freeswitch.rehearsal.switch import RehearsalSwitch

PASSWORD = "event-secret"
PHONE_PASSWORD = "phone-secret"
DOMAIN = "acme.localhost"
PAGE = "page-0123456789abcdef"
"""The phone in a page."""

STATIC_DIALPLAN = """<context name="public">
  <extension name="hotline"><condition field="destination_number" expression="^4001$">
    <action application="set" data="cc_tenant=acme"/>
    <action application="answer"/>
    <action application="transfer" data="wait XML cc"/>
  </condition></extension>
  <extension name="refused"><condition field="destination_number" expression="^4002$">
    <action application="respond" data="486"/>
  </condition></extension>
  <extension name="mailbox"><condition field="destination_number" expression="^4003$">
    <action application="answer"/>
    <action application="record" data="${recordings_dir}/message.wav 60 200 3"/>
  </condition></extension>
  <extension name="for-ever"><condition field="destination_number" expression="^4004$">
    <action application="transfer" data="4004 XML public"/>
  </condition></extension>
  <extension name="odd"><condition field="destination_number" expression="^4005$">
    <action application="system" data="touch /tmp/never"/>
  </condition></extension>
  <extension name="shown"><condition field="destination_number" expression="^4006$">
    <action application="answer"/>
    <action application="event" data="Event-Name=CUSTOM,Event-Subclass=test::shown,Shown=${caller_id_name}"/>
    <action application="park"/>
  </condition></extension>
</context>
<context name="cc">
  <extension name="wait"><condition field="destination_number" expression="^wait$">
    <action application="event" data="Event-Name=CUSTOM,Event-Subclass=cc::enqueue"/>
    <action application="playback" data="local_stream://moh"/>
  </condition></extension>
</context>"""


def write_conf(directory: Path, *, web: str = "") -> Path:
    """The configuration directory; `web` is the address asked for dialplan and directory, if any."""
    conf_dir = directory / "conf"
    conf_dir.mkdir(parents=True, exist_ok=True)
    a1 = hashlib.md5(f"1001:{DOMAIN}:{PHONE_PASSWORD}".encode()).hexdigest()
    users = f'<user id="1001"><params><param name="a1-hash" value="{a1}"/></params></user>' + "".join(
        f'<user id="{user}"><params><param name="password" value="{PHONE_PASSWORD}"/></params></user>'
        for user in ("1002", "1003", PAGE)
    )
    bindings = "".join(
        f'<binding name="{section}"><param name="gateway-url" value="{web}/{section}" bindings="{section}"/>'
        '<param name="gateway-credentials" value="switch:web-secret"/><param name="timeout" value="0.3"/></binding>'
        for section in (("dialplan", "directory") if web else ())
    )
    (conf_dir / "dialplan.xml").write_text(f"<include>\n{STATIC_DIALPLAN}\n</include>\n")
    (conf_dir / "freeswitch.xml").write_text(f"""<?xml version="1.0"?>
<document type="freeswitch/xml">
<X-PRE-PROCESS cmd="set" data="recordings_dir={directory}/recordings"/>
<X-PRE-PROCESS cmd="exec-set" data="owned=id -un"/>
<section name="configuration">
<configuration name="event_socket.conf"><settings>
<param name="listen-ip" value="127.0.0.1"/><param name="listen-port" value="0"/>
<param name="password" value="{PASSWORD}"/></settings></configuration>
<configuration name="switch.conf"><settings><param name="switchname" value="stage"/></settings></configuration>
<configuration name="json_cdr.conf"><settings><param name="log-dir" value="{directory}/cdr"/>
<param name="prefix-a-leg" value="true"/></settings></configuration>
<configuration name="xml_curl.conf"><bindings>{bindings}</bindings></configuration>
<configuration name="sofia.conf"><profiles><profile name="external"><settings>
<param name="context" value="public"/><param name="dialplan" value="XML"/></settings></profile></profiles>
</configuration>
</section>
<section name="dialplan">
<X-PRE-PROCESS cmd="include" data="dialplan.xml"/>
</section>
<section name="directory"><domain name="{DOMAIN}"><groups><group name="all"><users>{users}</users></group></groups>
</domain></section>
</document>""")
    return conf_dir


class Ear:
    """Hears everything."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self._news = asyncio.Event()

    def wants(self, name: str, subclass: str) -> bool:
        return True

    def hear(self, event: Event) -> None:
        self.heard.append(event)
        self._news.set()

    async def wait(self, name: str, seconds: float = 3, **headers: str) -> Event:
        """The first event of that name (or subclass) with these headers; `_` stands for `-`."""
        wanted = {header.replace("_", "-"): value for header, value in headers.items()}
        async with asyncio.timeout(seconds):
            while True:
                for event in self.heard:
                    if name in {event.name, event.subclass} and wanted.items() <= event.headers.items():
                        return event
                self._news.clear()
                await self._news.wait()

    def names(self, leg_id: str) -> list[str]:
        """The events of one leg in order, without those that only tell of applications and call states."""
        dull = {"CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING"}
        mine = [event for event in self.heard if event.headers.get("Unique-ID") == leg_id]
        return [event.subclass or event.name for event in mine if event.name not in dull]


class Theatre:
    """A switch and what a scene does with it."""

    def __init__(self, switch: RehearsalSwitch) -> None:
        self.switch = switch
        self.ear = Ear()
        switch.bus.listeners.add(self.ear)

    async def ask(self, command: str) -> str:
        return await commands.execute(self.switch, command)

    async def caller(self, dialled: str = "4001", **wishes: str) -> str:
        script = callers.Script.read({"from": "13812342211", "patience": "0", **wishes})
        return callers.place(self.switch, dialled, script).uuid

    async def queued(self, **wishes: str) -> str:
        leg_id = await self.caller(**wishes)
        await self.ear.wait("PLAYBACK_START", Unique_ID=leg_id)
        return leg_id

    async def phone(self, user: str = "1001", habits: str = "mode=auto answer_after=0.01") -> None:
        answer = await self.ask(
            f"rehearsal phone {user}@{DOMAIN} register password={PHONE_PASSWORD} {habits}"
        )
        assert answer == "+OK\n"

    def offer(self, caller: str, leg_id: str, *, user: str = "1001", timeout: int = 5) -> asyncio.Task[str]:
        recordings = self.switch.conf.globals["recordings_dir"]
        return asyncio.create_task(
            self.ask(
                f"originate {{origination_uuid={leg_id},originate_timeout={timeout},cc_offer={leg_id},"
                "origination_caller_id_number=13812342211,RECORD_STEREO=true,hangup_after_bridge=true,"
                f"intercept_unbridged_only=true}}user/{user}@{DOMAIN} "
                f"'record_session:{recordings}/{leg_id}.wav,intercept:{caller}' inline"
            )
        )

    async def over(self, *leg_ids: str) -> None:
        for leg_id in leg_ids:
            await self.ear.wait("CHANNEL_DESTROY", 5, Unique_ID=leg_id)


def play(directory: Path, scene: Callable[[Theatre], Awaitable[Any]], *, web: str = "") -> Any:
    """Plays one scene on a fresh switch."""

    async def run() -> Any:
        steps.install()
        return await scene(Theatre(RehearsalSwitch(conf.read(write_conf(directory, web=web)))))

    return asyncio.run(run())


def text(event: Event, header: str) -> str:
    return flat(event.headers.get(header, ""))
