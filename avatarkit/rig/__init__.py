"""Skeletons and which of their joints is which human bone."""
