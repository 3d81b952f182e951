"""A tracked face to head pose, expressions and gaze."""
