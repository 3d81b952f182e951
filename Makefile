# make demo [PHOTO=me.jpg] [VIDEO=me.mp4]   a photo becomes out/avatar.vrm, out/avatar.glb and out/avatar.png,
#                                           a video its dance, out/dance.glb and out/dance.mp4
# make app [HOST=127.0.0.1] [PORT=7860]    the web app on http://127.0.0.1:7860
# make test                                 lint, types and the whole test suite
# Each makes the environment first (.venv, Python 3.11 or 3.12); PYTHON=... names the interpreter.

BIN := .venv/bin
PORTRAIT = $(shell $(BIN)/python -c 'from importlib.util import find_spec; print(find_spec("skimage").submodule_search_locations[0])')/data/astronaut.png

export PYTHON
.PHONY: demo app test lint constraints clean

demo: .venv/installed
	@.ci/system-packages
	@mkdir -p out
	$(BIN)/avatarkit create "$(or $(PHOTO),$(PORTRAIT))" -o out/avatar.vrm --recipe out/avatar.avatar.json --report out/avatar.report.json
	$(BIN)/avatarkit build out/avatar.avatar.json -o out/avatar.glb
	$(BIN)/avatarkit render out/avatar.vrm -o out/avatar.png
ifndef VIDEO
	@test -f out/source.mp4 || $(BIN)/python -m benchmarks.studio -o out/source.mp4
endif
	$(BIN)/avatarkit capture "$(or $(VIDEO),out/source.mp4)" --rig out/avatar.glb -o out/dance.glb --motion out/dance.npz --report out/dance.report.json
	$(BIN)/avatarkit render out/dance.glb -o out/dance.mp4
	@ls -l out/avatar.vrm out/avatar.glb out/avatar.png out/dance.glb out/dance.mp4

app: .venv/installed web/dist/viewer.js
	@.ci/system-packages
	$(BIN)/python demo_app.py $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)")

test: .venv/installed web/dist/viewer.js lint
	@.ci/system-packages browser
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/installed: pyproject.toml constraints.txt
	@.ci/environment

web/dist/viewer.js: .venv/installed web/package-lock.json web/build.mjs $(wildcard web/src/*.ts)
	-@$(BIN)/python hatch_build.py # without npm all but the viewer works

# The newest versions that fit together, in an environment of their own; try the suite with them before committing.
constraints: .venv/installed
	rm -rf build/constraints
	$(BIN)/python -m venv build/constraints
	build/constraints/bin/pip install --quiet '.[app,demo,test]'
	build/constraints/bin/pip list --format=freeze --exclude avatarkit --exclude pip --exclude setuptools > constraints.txt
	rm -rf build/constraints

clean:
	rm -rf out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
