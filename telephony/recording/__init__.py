"""Who is recorded, by what rule, and how a sound looks drawn: pure, without rows."""
