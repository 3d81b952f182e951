"""The package's shape: imports point one way, heavy libraries stay in their folders, the package itself costs nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import avatarkit

PACKAGE = Path(avatarkit.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)

ORDER = (
    ("errors",),
    ("vocabulary", "data_files", "whole_files"),
    ("geometry",),
    ("gltf",),
    ("render", "rig", "media"),
    ("tracking", "body"),
    ("face_fit",),
    ("motion",),
    ("avatar", "retargeting"),
    ("export", "stream"),
    ("live",),
    ("app",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
"""A stage may import from itself and from what stands in an earlier row; stages of one row do not know each other."""

RANKS = {stage: rank for rank, row in enumerate(ORDER) for stage in row}

AT_HOME = {
    "mediapipe": "tracking",
    "numba": "geometry",
    "pygltflib": "gltf",
    "pygfx": "render",
    "wgpu": "render",
    "rendercanvas": "render",
    "websockets": "stream",
    "typer": "cli",
    "rich": "cli",
    "gradio": "app",
    "fastapi": "app",
    "uvicorn": "app",
}
"""Libraries that one stage alone knows."""

METHODS_THAT_REACH_RIGHT = {
    ("avatar/avatar.py", "avatarkit.export.files"),
    ("motion/human_motion.py", "avatarkit.export.motion_files"),
    ("retargeting/rig_motion.py", "avatarkit.export.motion_files"),
}
"""`avatar.save(path)` is the public name for a function that stands to the right; it is imported when it is called."""


def imports(module: Path) -> Iterator[str]:
    """Full names of everything a module imports, wherever in it the statement stands."""
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            yield str(node.module)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant))


def stage_of(name: str) -> str:
    """`avatarkit.gltf.reading` -> `gltf`; the package itself is `__init__`."""
    return name.split(".")[1] if "." in name else "__init__"


def own_stage(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def test_imports_point_one_way() -> None:
    ours = [(module, name) for module in MODULES for name in imports(module) if name.split(".")[0] == "avatarkit"]
    breaches = [
        f"{module} imports {name}, which stands to its right"
        for module, name in ours
        if stage_of(name) != own_stage(module)
        and RANKS[stage_of(name)] >= RANKS[own_stage(module)]
        and (module.as_posix(), name) not in METHODS_THAT_REACH_RIGHT
    ]
    assert not breaches


def test_a_heavy_library_is_known_to_one_stage_alone() -> None:
    used = [(module, name.split(".")[0]) for module in MODULES for name in imports(module)]
    breaches = [
        f"{module} imports {library}, which belongs to {AT_HOME[library]}/"
        for module, library in used
        if AT_HOME.get(library, own_stage(module)) != own_stage(module)
    ]
    assert not breaches


def test_every_module_has_a_place_in_the_order() -> None:
    assert {own_stage(module) for module in MODULES} == set(RANKS)


def test_the_names_type_checkers_see_are_the_names_there_are() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    shown = {
        alias.asname: f"{node.module}".removeprefix("avatarkit.")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert shown == avatarkit._HOME


@pytest.mark.parametrize("name", sorted(avatarkit._HOME))
def test_every_public_name_can_be_had_and_explains_itself(name: str) -> None:
    assert getattr(avatarkit, name).__doc__
    assert name in dir(avatarkit)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="read_foto"):
        _ = avatarkit.read_foto


def test_importing_the_package_loads_no_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import avatarkit, json; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded - set(sys.stdlib_module_names) == {"avatarkit"}
