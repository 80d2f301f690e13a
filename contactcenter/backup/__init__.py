"""What is copied away, how it is brought back, and the drill that proves it (docs/backup.md, decision 0055)."""
