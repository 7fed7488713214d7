"""What is tried: one short file a space. `load` finds a space by name or by a file's path."""
