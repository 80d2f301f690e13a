"""The rehearsal switch: a small switch in Python that speaks FreeSWITCH's event socket, for demos, training and tests.

Start it with `python -m telephony.freeswitch.rehearsal --conf <dir>`. README.md says what it does and what it does not.
Nothing here imports Django, and nothing here can run a command of the machine: there is no `system`.
"""
