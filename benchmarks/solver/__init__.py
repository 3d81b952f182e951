"""How truly joint rotations follow perfect landmarks, ours beside Kalidokit's."""
