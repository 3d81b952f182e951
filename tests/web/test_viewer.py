"""The viewer shows our files and those of others, and does what its element promises."""

from __future__ import annotations

import gzip
import json
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

import avatarkit as ak
from avatarkit.avatar.style import default_recipe
from avatarkit.data_files import viewer_path
from avatarkit.export.molding_file import molding_sliders, molding_vrm
from avatarkit.export.vrma import vrma_glb
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.stream.address import Address
from avatarkit.stream.websocket import MomentServer
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.retargeting.moving_people import BODY, random_motion
from tests.stream.moments import moment_of, plain_pose
from tests.web import Step, ViewerReport, key, picture, script, view_in_browser

LARGEST_BYTES = 1_500_000
FORMATS = {"me.glb": None, "me1.vrm": None, "me0.vrm": "vrm0"}
UNTIL_TOLD = "new Promise((done) => viewer.addEventListener('moment', done, { once: true })).then(() => viewer.drawn())"
HOSTILE = ("'{'", "null", "42", "{type: 'moment', version: 2}", "new ArrayBuffer(3)", "new ArrayBuffer(64)", "[]")
PREPARED = """(async () => {
  const ready = () => viewer.model.molding.meshes.every(({ rest }) => rest);
  for (let tries = 0; tries < 100 && !ready(); tries++) await new Promise((later) => setTimeout(later, 50));
  return { prepared: ready() };
})()"""
ONE_AT_A_TIME = """(async () => {
  const { stage } = viewer, { act } = stage, begun = stage.pace.begun.bind(stage.pace), busy = [];
  stage.pace.begun = (...all) => (busy.push(stage.pace.busy), begun(...all));
  stage.act = (seconds) => (stage.wake(), act(seconds)); // asks for a frame while one is being made ready
  for (let move = 1; move <= 8; move++) {
    viewer.setExpression('jawOpen', move / 8);
    await viewer.drawn();
    await new Promise((later) => setTimeout(later, 30));
  }
  Object.assign(stage, { act });
  stage.pace.begun = begun;
  viewer.setExpression('jawOpen', 0);
  return { frames: busy.length, overlapping: busy.filter(Boolean).length };
})()"""
PACE = """(() => {
  const { pace } = viewer.stage, { ratio, sketchy, judged, usual } = pace;
  const after = (...all) => (all.forEach((ms) => pace.judge(ms)), pace.ratio / usual);
  const many = (ms) => Array(100).fill(ms);
  Object.assign(pace, { ratio: usual, judged: [] });
  const told = { accident: after(10, 200, 10), slow: after(80, 80), slower: after(...many(80)) };
  Object.assign(told, { even: after(...many(30)), fluent: after(...many(10)), coarse: pace.coarse });
  Object.assign(pace, { ratio, sketchy, judged });
  return told;
})()"""
SHAPES = """(() => {
  const { molding, humanoid } = viewer.model;
  const numbers = ({ position, mesh }) => [...position.array, ...mesh.geometry.attributes.normal.array];
  const shaped = () => molding.meshes.flatMap(numbers);
  const shape = (nose, eyes) => (molding.set({ 'nose-width': nose, 'eye-size': eyes }), molding.settle(humanoid), shaped());
  const off = (one, other) => one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at])), 0);
  const rest = shape(0, 0), nose = shape(1, 0), both = shape(1, 0.5), eyes = shape(0, 0.5), again = shape(1, 0.5);
  for (const { rest: { normals }, position } of molding.meshes.filter(({ moving }) => moving.length)) {
    normals.reach(Uint32Array.from({ length: position.count }, (_, k) => k));
    normals.update();
  }
  const whole = shaped(), after = shape(1, 0), back = shape(0, 0);
  const path = { again: off(both, again), after: off(nose, after), back: off(rest, back) };
  return { ...path, moved: off(rest, nose), whole: off(both, whole) };
})()"""
SKETCH = """(async () => {
  const { stage } = viewer, { renderer } = stage, gl = renderer.getContext();
  const drawn = () => renderer.info.render.triangles;
  const pixels = () => {
    const read = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
    gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, read);
    return read;
  };
  const taken = (draw) => (stage.setRatio(1), draw(), [pixels(), drawn()]);
  const sketch = () => stage.drawSketch();
  const off = (one, other) => one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
  const color = (one, where) => [0, 1, 2].map((part) => {
    let sum = 0, count = 0;
    for (let at = 0; at < where.length; at += 4) if (where[at + 3] === 255) [sum, count] = [sum + one[at + part], count + 1];
    return sum / count;
  });
  const moved = {};
  viewer.setExpression('jawOpen', 0);
  await viewer.drawn();
  const rest = taken(() => stage.draw())[0];
  for (const [name, [move, back]] of Object.entries(MOVES)) {
    move();
    await viewer.drawn();
    const [sketched] = taken(sketch), [whole] = taken(() => stage.draw());
    moved[name] = { off: off(whole, sketched), still: off(rest, sketched) };
    back();
    await viewer.drawn();
  }
  const [whole, all] = taken(() => stage.draw());
  const [sketched, few] = taken(sketch);
  const versions = () => stage.sketch.posed.map(({ position }) => position.version).join();
  const posed = versions();
  sketch();
  const kept = versions() === posed;
  const [again] = taken(() => stage.draw());
  do await new Promise((later) => setTimeout(later, 50)); while (stage.pace.busy || stage.frame);
  const frames = renderer.info.render.frame;
  viewer.setExpression('jawOpen', 0.1);
  await null;
  const atOnce = renderer.info.render.frame > frames;
  await viewer.drawn();
  viewer.setExpression('jawOpen', 0.5);
  await viewer.drawn();
  const moving = drawn();
  const { standing } = stage, { drawPart, show } = standing;
  let parts = 0;
  standing.drawPart = (...all) => ((parts += 1), drawPart.apply(standing, all));
  const shown = () => new Promise((done) => (standing.show = () => done(taken(() => show.call(standing)))));
  const [sharp] = await shown(), sharpParts = parts;
  const [still] = await shown(), wholeParts = parts;
  const { width, height } = stage.canvas.getBoundingClientRect();
  stage.resize(width / 2, height / 2);
  const resized = [await shown(), await shown()].map(([{ length }]) => length / (width * height));
  stage.resize(width, height);
  Object.assign(standing, { drawPart, show });
  stage.shade();
  const [fewAtOneGo] = taken(sketch);
  stage.shade();
  const [atOneGo] = taken(() => stage.draw());
  viewer.setExpression('jawOpen', 0);
  const colors = [whole, sketched].map((one) => color(one, whole));
  const same = { again: off(whole, again), inParts: off(still, atOneGo), sharp: off(sharp, fewAtOneGo) };
  const told = { all, few, moving, resized, parts: wholeParts - sharpParts, moved, kept, atOnce, colors };
  return { ...told, ...same, off: off(whole, sketched) };
})()"""
"""What stands is drawn of all triangles, what moves of few, and both look alike, however the figure stands."""
MOVES = """{
  open: [() => viewer.setExpression('jawOpen', 1), () => viewer.setExpression('jawOpen', 0)],
  wide: [() => viewer.setSliders({ 'nose-width': 1 }), () => viewer.setSliders({ 'nose-width': 0 })],
  turned: [() => viewer.applyMoment(TURNED), () => viewer.stop()],
}"""
SAME_COLOR = 2.0
"""CIEDE2000: who does not look for it sees no change."""
SEEN = 20.0  # of 255: a pixel has changed

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Session:
    """What one sitting in the browser gave: the report, and the pictures by name."""

    report: ViewerReport
    folder: Path

    def pixels(self, name: str) -> np.ndarray:
        return np.asarray(Image.open(self.folder / f"{name}.png").convert("RGB"), float)

    def changed(self, before: str, after: str) -> np.ndarray:
        """(H, W) bool."""
        return np.abs(self.pixels(before) - self.pixels(after)).max(axis=2) > SEEN


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A plain avatar in each format, and as the viewer molds it: without hair the processor draws it three times as fast."""
    folder = tmp_path_factory.mktemp("files")
    recipe = default_recipe().with_hair("bald").with_outfit(["t-shirt"])
    avatar = ak.build_avatar(recipe)
    for name, platform in FORMATS.items():
        avatar.save(folder / name, platform=platform)
    molding = molding_vrm(recipe, ("nose-width",), avatar=avatar)
    (folder / "molding.vrm").write_bytes(molding)
    (folder / "eyes.sliders").write_bytes(molding_sliders(recipe, ("eye-size-left", "eye-size-right")))
    motion = head_turned(40)
    (folder / "turned.vrma").write_bytes(vrma_glb(motion))
    ak.retarget(motion, ak.load_rig(folder / "me.glb")).save(folder / "clip.glb")
    (folder / "broken.vrm").write_bytes(molding[: len(molding) // 2])
    return {path.name: path for path in folder.iterdir()}


def head_turned(degrees: float) -> HumanMotion:
    """A second of standing with the head to its own left."""
    motion = random_motion(BODY)
    rotations = np.zeros_like(motion.rotations)
    rotations[..., 3] = 1.0
    rotations[:, BONE["head"]] = turned(degrees)
    root = np.broadcast_to(BODY.rest_positions[BONE["hips"]], motion.root_positions.shape)
    return replace(motion, rotations=rotations, root_positions=root, expressions=np.zeros_like(motion.expressions))


def binary_moment(**bones: list[float]) -> str:
    """The same as an array buffer in JavaScript, by the layout that the documentation gives."""
    chosen = sorted(bones, key=HUMAN_BONES.index)
    mask = sum(1 << HUMAN_BONES.index(name) for name in chosen)
    data = struct.pack("<4sHHddf3fQQ", b"AKLM", 1, 1, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, mask, 1 << ARKIT_NAMES.index("jawOpen"))
    for name in chosen:
        data += struct.pack("<4h", *(round(32767 * part) for part in bones[name]))
    data += struct.pack("<H", 0)
    return f"Uint8Array.from({list(data)}).buffer"


def moment(**bones: list[float]) -> str:
    return json.dumps({"type": "moment", "version": 1, "time_s": 0.0, "sent_s": 0.0, "bones": bones})


def turned(degrees: float) -> list[float]:
    """A rotation to the subject's own left."""
    half = np.radians(degrees) / 2
    return [0.0, float(np.sin(half)), 0.0, float(np.cos(half))]


LATER = "viewer.addSliders('/eyes.sliders').then(() => "
RIGHT = f"viewer.applyMoment({json.dumps(moment(head=turned(-40)))})"


def followed(address: str) -> Step:
    """The server there is followed until it has told a moment."""
    return script(f"viewer.follow('{address}'); {UNTIL_TOLD}")


def sitting(steps: Mapping[str, Step] | list[tuple[str, Step]], files: dict[str, Path], folder: Path) -> Session:
    """Each step, and a picture after it by its name."""
    taken: list[Step] = [script("viewer.setAttribute('view', 'face')")]
    for name, step in dict(steps).items():
        taken += [step, script("viewer.drawn()"), picture(folder / f"{name}.png")]
    return Session(view_in_browser(taken, files), folder)


@pytest.fixture(scope="module")
def live() -> Iterator[str]:
    """Address of a server that tells everybody one moment: the head turned."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with MomentServer(Address("ws", "127.0.0.1", port)) as server:
        pose = plain_pose()
        rotations = np.array(pose.rotations)
        rotations[BONE["head"]] = turned(40)
        server.send(moment_of(replace(pose, rotations=rotations)))
        yield server.address.text


@pytest.fixture(scope="module")
def session(files: dict[str, Path], live: str, tmp_path_factory: pytest.TempPathFactory) -> Session:
    played = script("viewer.play('/turned.vrma')")
    more = {  # each file is loaded once: that takes longer than all else
        "me.glb": {"vrma-glb": played, "stopped": script("viewer.stop()")},
        "me1.vrm": {"followed-": followed(live + "/"), "": script(RIGHT), "followed-binary": followed(live + "/binary")}
        | {"unfollowed": script("viewer.unfollow()"), " ": script(RIGHT), "vrma-vrm": played},
    }
    steps: dict[str, Step] = {}
    for name in FORMATS:
        steps[name] = script(f"viewer.load('/{name}')")
        steps[f"{name}-left"] = script(f"viewer.applyMoment({json.dumps(moment(head=turned(40)))})")
        steps[f"{name}-right"] = script(RIGHT)
        steps |= more.get(name, {})
    steps["binary"] = script(f"viewer.applyMoment({binary_moment(head=turned(40))})")
    steps["hostile"] = script(f"[{', '.join(HOSTILE)}].map((message) => viewer.applyMoment(message))")
    steps["clip"] = script("viewer.load('/clip.glb').then(() => viewer.play(0))")
    steps["unmolded"] = script("viewer.load('/molding.vrm')")
    steps["prepared"] = script(PREPARED)
    steps["wide-nose"] = script("viewer.setSliders({'nose-width': 1})")
    steps["big-eyes"] = script(LATER + "viewer.setSliders({'nose-width': 0, 'eye-size': 1}))")
    steps["molded-back"] = script("viewer.setSliders({'eye-size': 0})")
    steps["shapes"] = script(SHAPES)
    steps["pace"] = script(PACE)
    steps["open"] = script("viewer.setExpression('jawOpen', 1)")
    steps["sketch"] = script(SKETCH.replace("MOVES", MOVES.replace("TURNED", json.dumps(moment(head=turned(-40))))))
    steps["one-at-a-time"] = script(ONE_AT_A_TIME)
    steps["no-such-slider"] = script("viewer.setSliders({'no-such-slider': 1})")
    steps["broken"] = script("viewer.load('/broken.vrm').catch((error) => error.message)")
    steps["absent"] = script("viewer.load('/absent.vrm').catch((error) => error.message)")
    steps["focus"] = script("viewer.setExpression('jawOpen', 0); viewer.shadowRoot.querySelector('canvas').focus()")
    steps["ArrowRight"] = key("ArrowRight")
    steps["3"] = key("3")
    return sitting(steps, files, tmp_path_factory.mktemp("pictures"))


def test_the_bundle_is_small_enough_for_a_slow_line() -> None:
    assert len(gzip.compress(viewer_path().read_bytes())) <= LARGEST_BYTES


def test_nothing_is_asked_of_anybody_but_the_page_and_who_is_followed(session: Session, live: str) -> None:
    inside = ("/", "data:", "blob:", live)  # a blob is a picture out of the file
    assert [request for request in session.report.requests if not request.startswith(inside)] == []


def test_our_formats_look_alike(session: Session) -> None:
    glb = session.pixels("me.glb")
    assert np.ptp(glb) > 150
    for name in ("me1.vrm", "me0.vrm"):
        assert np.abs(glb - session.pixels(name)).mean() < 3.0


@pytest.mark.parametrize("name", FORMATS)
def test_a_moment_turns_the_head_to_the_subjects_own_side(name: str, session: Session) -> None:
    left, right = session.pixels(f"{name}-left"), session.pixels(f"{name}-right")
    straight = session.pixels("me.glb")
    assert np.abs(left - straight).mean() > 1.0
    assert np.abs(left - right[:, ::-1]).mean() < np.abs(left - right).mean()  # mirror images
    nose_left, nose_right = (skin_column(image) for image in (left, right))
    assert nose_left > skin_column(straight) > nose_right  # its left is the picture's right


def skin_column(image: np.ndarray) -> float:
    """Mean column of reddish pixels in the picture's middle: the face's."""
    red = (image[..., 0] - image[..., 2] > 25)[image.shape[0] // 3 : image.shape[0] * 3 // 5]
    return float(np.nonzero(red)[1].mean())


def test_the_binary_form_shows_what_the_json_form_shows(session: Session) -> None:
    assert session.changed("me0.vrm-left", "binary").sum() == 0


def test_a_server_of_live_moments_is_followed_in_both_forms(session: Session) -> None:
    straight, left = (skin_column(session.pixels(name)) for name in ("me1.vrm", "me1.vrm-left"))
    for name in ("followed-", "followed-binary"):
        assert skin_column(session.pixels(name)) > straight + 0.5 * (left - straight)


def test_what_is_no_moment_changes_nothing(session: Session) -> None:
    assert [False] * len(HOSTILE) in session.report.results
    assert session.changed("binary", "hostile").sum() == 0


@pytest.mark.parametrize("played", ["clip", "vrma-glb", "vrma-vrm"])
def test_motions_turn_the_head_as_moments_do(played: str, session: Session) -> None:
    straight, left = (skin_column(session.pixels(name)) for name in ("me.glb", "me.glb-left"))
    assert skin_column(session.pixels(played)) > straight + 0.5 * (left - straight)


def test_after_a_motion_the_figure_stands_as_before(session: Session) -> None:
    assert session.changed("me.glb", "stopped").sum() < 20


def test_a_slider_moves_the_face_at_once_and_back_be_it_in_the_file_or_fetched_later(session: Session) -> None:
    nose, eyes = session.changed("unmolded", "wide-nose"), session.changed("unmolded", "big-eyes")
    assert nose.sum() > 50
    assert eyes.sum() > 50
    assert np.nonzero(eyes)[0].mean() < np.nonzero(nose)[0].mean()  # eyes are above the nose
    assert session.changed("unmolded", "molded-back").sum() == 0


def test_meshes_are_ready_before_the_first_slider_moves(session: Session) -> None:
    assert {"prepared": True} in session.report.results
    assert session.changed("unmolded", "prepared").sum() == 0


def test_no_frame_begins_before_the_one_before_is_drawn(session: Session) -> None:
    told = next(result for result in session.report.results if isinstance(result, dict) and "overlapping" in result)
    assert told["frames"] >= 8 and told["overlapping"] == 0


def test_a_molded_shape_does_not_depend_on_the_moves_before_and_its_normals_are_those_of_the_whole(session: Session) -> None:
    told = next(result for result in session.report.results if isinstance(result, dict) and "whole" in result)
    assert told["moved"] > 1e-3
    assert told["again"] == told["after"] == told["back"] == 0.0
    assert told["whole"] < 1e-5


def test_slow_frames_make_what_moves_coarser_and_quick_ones_finer_again(session: Session) -> None:
    told = next(result for result in session.report.results if isinstance(result, dict) and "accident" in result)
    assert told["accident"] == 1.0
    assert told["even"] == told["slower"] < told["slow"] < 1.0
    assert told["fluent"] == 1.0 and told["coarse"]  # of few triangles still: what stands is to be drawn anew


def test_an_expression_moves_the_molded_face(session: Session) -> None:
    assert session.changed("molded-back", "open").sum() > 50


def sketched(session: Session) -> dict[str, Any]:
    return next(result for result in session.report.results if isinstance(result, dict) and "few" in result)


def test_what_moves_on_a_slow_machine_is_drawn_of_few_triangles_that_look_alike(session: Session) -> None:
    told = sketched(session)
    assert told["few"] < 0.3 * told["all"]
    assert 0.8 * told["few"] <= told["moving"] <= 2 * told["few"]  # shadows may fall anew with it
    assert told["again"] == 0.0  # nothing of it stays
    assert 0.0 < told["off"] < 4.0  # of 255


def test_what_stands_on_a_slow_machine_is_drawn_in_parts_that_make_the_same_picture(session: Session) -> None:
    told = sketched(session)
    assert told["parts"] > told["all"] / 20_000
    assert told["inParts"] == told["sharp"] == 0.0


def test_on_a_slow_machine_a_resized_picture_becomes_fine_again(session: Session) -> None:
    assert sketched(session)["resized"] == pytest.approx([1.0, 1.0], rel=0.02)  # a quarter of the pixels, of four numbers each


def test_what_moves_on_a_slow_machine_has_the_colours_of_what_stands(session: Session) -> None:
    whole, few = (rgb2lab(np.array(color) / 255.0) for color in sketched(session)["colors"])
    assert deltaE_ciede2000(whole, few) < SAME_COLOR


@pytest.mark.parametrize("move", ["open", "wide", "turned"])
def test_few_triangles_go_where_all_go(move: str, session: Session) -> None:
    moved = sketched(session)["moved"][move]
    assert moved["off"] < moved["still"]


def test_on_a_slow_machine_what_stands_is_not_bent_again_and_what_moves_is_drawn_at_once(session: Session) -> None:
    told = sketched(session)
    assert told["kept"]
    assert told["atOnce"]


def test_keys_turn_and_zoom(session: Session) -> None:
    assert session.changed("focus", "ArrowRight").sum() > 200
    assert session.changed("ArrowRight", "3").sum() > 200


def test_what_cannot_be_done_is_said_clearly(session: Session) -> None:
    said = [result for result in session.report.results if isinstance(result, str)]
    assert len(said) == 2
    assert "damaged" in said[0]
    assert "address" in said[1]
    assert False in session.report.results  # no such slider


@pytest.mark.shared_media
def test_vrm_files_of_others_are_shown(shared_media: Path, tmp_path: Path) -> None:
    files = {path.name: path for path in sorted((shared_media / "rigs").glob("*.vrm"))}
    shown = sitting({name: script(f"viewer.load('/{name}')") for name in files}, files, tmp_path)
    facts = [result for result in shown.report.results if isinstance(result, dict)]
    assert len(facts) == len(files)
    for name, fact in zip(files, facts, strict=True):
        if fact["triangles"] > 100:  # some are bones alone
            assert np.ptp(shown.pixels(name)) > 60
