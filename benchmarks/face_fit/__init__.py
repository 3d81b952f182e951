"""How near a fitted face comes to the photo, and to the truth where that is known."""
