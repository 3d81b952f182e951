"""Human motion to the motion of any rig, and back."""
