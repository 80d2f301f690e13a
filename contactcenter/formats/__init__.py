"""How moments are written in each language: the same everywhere, so that a column can be compared at a glance."""
