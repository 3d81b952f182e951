"""The wheel is whole: in an environment without anything it does not ask for, far from the checkout, it makes an avatar."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from packaging.requirements import Requirement

import avatarkit

ROOT = Path(__file__).resolve().parents[2]
DATA_FOLDERS = ("styles", "rigs", "assets")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    """Run a program as if nothing of this checkout or its environment existed."""
    alien = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in alien}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """The folder with the programs of an environment in which nothing but the wheel and its dependencies can be imported.

    The dependencies are this environment's, which the same constraints chose: installing a gigabyte anew took a minute.
    """
    with TemporaryDirectory() as name:
        environment = Path(name)
        run(sys.executable, "-m", "venv", environment, folder=environment)
        programs = environment / ("Scripts" if os.name == "nt" else "bin")
        run(programs / "python", "-m", "pip", "install", "--quiet", "--no-deps", wheel, folder=environment)
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = Path(run(programs / "python", "-c", where, folder=environment).strip())
        (asking,) = distributions(name="avatarkit", path=[str(packages)])
        for asked in dependencies(asking):
            for top in {file.parts[0] for file in asked.files or () if file.parts[0] != ".."}:
                if top != "__pycache__" and not (packages / top).exists():
                    (packages / top).symlink_to(Path(str(asked.locate_file(top))))
        run(programs / "python", "-m", "pip", "check", folder=environment)
        yield programs


def dependencies(asking: Distribution) -> list[Distribution]:
    """What a package asks for, what that asks for, and so on, as it is installed here."""
    found: dict[str, Distribution] = {}
    waiting = [(asking, "")]
    while waiting:
        one, extra = waiting.pop()
        for needed in map(Requirement, one.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                new = needed.name not in found
                found[needed.name] = distribution(needed.name)
                waiting += [(found[needed.name], each) for each in ({""} if new else set()) | needed.extras]
    return list(found.values())


def test_the_wheel_holds_the_package_its_data_and_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    code = {name for name in tracked if name.startswith("avatarkit/")}
    data = {name for name in tracked if name.startswith(DATA_FOLDERS) and not name.startswith("assets/scripts/")}
    info = f"avatarkit-{avatarkit.__version__}.dist-info/licenses/"
    expected = code | {f"avatarkit/_data/{name}" for name in data} | {info + "LICENSE", info + "NOTICE"}
    assert expected - held == set()
    assert not any("scripts/" in name for name in held)


def test_the_installed_wheel_makes_an_avatar(installed: Path, tmp_path: Path) -> None:
    import skimage

    portrait = Path(skimage.__file__).parent / "data" / "astronaut.png"
    program = installed / "avatarkit"
    assert run(program, "--version", folder=tmp_path) == f"avatarkit {avatarkit.__version__}\n"
    run(program, "create", portrait, "-o", "me.vrm", "--recipe", "me.avatar.json", "--report", "me.json", folder=tmp_path)
    run(program, "build", "me.avatar.json", "-o", "me.glb", folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"me.vrm", "me.glb", "me.avatar.json", "me.json"}
    assert "VRM 1.0" in run(program, "inspect", "me.vrm", folder=tmp_path)
    assert (tmp_path / "me.glb").read_bytes().startswith(b"glTF")
