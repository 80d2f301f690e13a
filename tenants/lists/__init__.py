"""What makes the console's lists pleasant: pages by key, kept filters, acts on many with undo, large sheets."""
