"""Motion to other programs, live: one file, one wire protocol. Nothing is sent but to addresses that the caller names."""
