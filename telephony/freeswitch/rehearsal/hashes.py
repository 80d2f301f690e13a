"""The switch's shared memory, `hash insert/realm/key/value`: how the worker's heartbeat reaches a dialplan."""

from __future__ import annotations


class Hashes:
    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}

    def command(self, text: str) -> str:
        verb, realm, key, value = [*text.strip().split("/", 3), "", "", "", ""][:4]
        place = (realm, key)
        if verb == "insert" or (verb == "insert_ifempty" and place not in self._values):
            self._values[place] = value
            return "+OK\n"
        if verb == "insert_ifempty":
            return "-ERR key already exists\n"
        if verb == "select":
            return self._values.get(place, "")
        if verb == "delete":
            return "+OK\n" if self._values.pop(place, None) is not None else "-ERR Not found\n"
        return "-USAGE: [insert|insert_ifempty|delete|delete_ifmatch]/<realm>/<key>/<val>\n"
