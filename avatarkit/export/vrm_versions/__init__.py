"""VRM 0.x and VRM 1.0, each made of the other, of files by anybody."""
