"""From a recipe to a whole avatar: meshes, materials, rig, expressions."""
