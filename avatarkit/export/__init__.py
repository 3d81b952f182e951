"""Avatars as files, one file of code per format, and what is in a file."""
