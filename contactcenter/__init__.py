"""Wires every app together and owns no business of its own."""
