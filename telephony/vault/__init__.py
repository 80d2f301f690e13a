"""What becomes of a sound once the switch has closed its file: sealed, kept in a place, read back, proved."""
