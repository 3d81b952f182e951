"""Names fixed by other people's standards, as data. Each table names its source."""
