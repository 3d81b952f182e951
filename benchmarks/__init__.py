"""Measured speed and fidelity: one module per question."""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # as the command line sets it: threads cost small matrices more than they give
