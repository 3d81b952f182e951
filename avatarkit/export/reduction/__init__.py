"""Making an avatar lighter: fewer triangles, materials, bones and pixels, in any glTF document, ours or someone else's."""
