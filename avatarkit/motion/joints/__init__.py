"""Points of a body and its hands in space to the rotations of its joints."""
