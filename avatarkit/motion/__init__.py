"""Landmarks over time to the motion of a human body."""
