"""Ctrl-C or SIGTERM ends a process that native code or a destructor makes deaf, with nothing said and nothing half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

BUSY = {
    "python": "while True: pass",
    "native": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 2_000_000_000)",  # hours, and no Python between
    "destructor": """
class Slow:
    def __del__(self):
        while True: pass
Slow()
while True: pass
""",
}
SCRIPT = """
import sys
from pathlib import Path
from avatarkit import whole_files
from avatarkit.cli.interrupts import interrupts_end_the_process

half_written = Path(sys.argv[1])
with interrupts_end_the_process() as request:
    half_written.write_bytes(b"half")
    whole_files._unfinished.add(half_written)
    try:
        print("ready", flush=True)
        exec(sys.argv[2])
    except KeyboardInterrupt:
        whole_files.discard_unfinished()
        sys.exit(request.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="another process cannot be sent Ctrl-C there")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", BUSY)
def test_an_interrupt_is_heard(kind: str, asked: signal.Signals, tmp_path: Path) -> None:
    half_written = tmp_path / "half"
    command = [sys.executable, "-c", SCRIPT, str(half_written), BUSY[kind]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert half_written.is_file()
            process.send_signal(asked)
            assert process.communicate(timeout=PATIENCE_S) == ("", "")
            assert process.returncode == 128 + asked
        finally:
            process.kill()
    assert not half_written.exists()
