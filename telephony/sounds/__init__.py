"""Sound as callers get it: 8 kHz, one channel, 16 bits, at one level. Knows no rows and no switch.

`processing.made_of(content)` turns a file somebody sent into such a sound or says why not; `store` keeps it as
`<prompts directory>/<schema>/<sha256>.wav`, where every switch reads it.
"""
