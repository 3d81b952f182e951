"""glTF 2.0 files to plain data and back. Buffers, views and accessors are known here and nowhere else."""
