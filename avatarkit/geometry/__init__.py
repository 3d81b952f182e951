"""Array functions without field knowledge: checked arrays, quaternions, meshes."""
