"""What makes the demo live: phones that register, callers that dial, and a crew that works by itself.

It uses only what anybody may use: the rehearsal switch's own commands and agents' ordinary orders. It holds nothing
that it could not lose: whoever restarts (the switch, the worker, the web, this), it looks again and goes on.
"""
