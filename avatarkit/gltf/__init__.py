"""glTF 2.0 and VRM files: bytes to document and back. Indices and offsets exist only here."""
