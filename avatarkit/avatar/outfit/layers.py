"""What lies over what."""

UNDERWEAR, TUCKED, LEGWEAR, BELT, TOP, DRESS, NECK, OVER, OUTER, CLOAK = 0, 10, 20, 22, 30, 30, 32, 35, 40, 50
"""Layers of clothes, inmost first."""
