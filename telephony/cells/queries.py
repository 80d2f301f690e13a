"""What workers leave in Redis of themselves, for whoever asks how we are."""

SPARES = "health:spares"
"""A sorted set: which workers wait to take over, by the second (Unix time) they were last alive."""
