"""Opens a tenant step by step; every step may be run again."""
