"""Patch-guided generation: a model's own picture leads back to its room; photographs lie where they belong."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from cocogan_core.applications.guidance import Guidance, GuidanceSettings, corner_of, place_by_head
from cocogan_core.applications.guidance_figure import draw_guidance
from cocogan_core.applications.latent_search import LatentSearch
from cocogan_core.applications.photo import PlacedPhoto, place_panorama, place_plane, place_view
from cocogan_core.applications.shown_part import ShownPart
from cocogan_core.checkpoint import Checkpoint, Metadata, load_checkpoint
from cocogan_core.commands.guide import guide
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler
from cocogan_core.geometry.surfaces import Panorama, View
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import build_discriminator, build_generator, load_generator
from cocogan_core.training.checkpoints import network_arrays

GRID, PROJECTION = PatchGrid(patch_px=16), Projection.of_aspect("mercator", 3)


def smooth_panorama(grid=GRID):
    y, x = np.mgrid[: grid.height_px, : grid.width_px]
    waves = [np.sin(x * 2 * np.pi * k / grid.width_px + k) + np.cos(y * np.pi / grid.height_px * k) for k in (1, 2, 3)]
    return np.uint8(np.stack(waves, -1) * 60 + 127)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (100, 15), (-170, -20)])
def test_a_view_of_a_panorama_is_put_back_where_it_was(yaw, pitch):
    panorama, place = smooth_panorama(), {"yaw_rad": np.radians(yaw), "pitch_rad": np.radians(pitch)}
    source = Panorama(height_px=GRID.height_px, width_px=GRID.width_px, projection=PROJECTION)
    view = View(height_px=240, width_px=320, fov_rad=np.radians(70), **place)
    photo = Resampler(source, view)(panorama)
    placed = place_view(photo, GRID, PROJECTION, fov_rad=np.radians(70), **place)
    seen = placed.known & (placed.image.sum(-1) > 30)  # beyond the panorama's edges the photograph is black
    assert 0.05 < seen.mean() < 0.5
    assert np.abs(placed.image[seen].astype(int) - panorama[seen]).mean() < 3
    assert not placed.image[~placed.known].any()


def test_a_whole_panorama_is_known_everywhere():
    photo = np.full((64, 128, 3), 77, np.uint8)
    placed = place_panorama(photo, GRID, PROJECTION)
    assert placed.known.all()
    assert (placed.image == 77).all()


def test_on_a_plane_a_photograph_is_a_macro_patch():
    grid = PatchGrid(system="planar", rows=4, columns=4, patch_px=8)
    placed = place_plane(np.full((50, 80, 3), 9, np.uint8), grid, (1, 2))
    assert placed.known.sum() == 16 * 16
    assert (placed.image[8:24, 16:32] == 9).all()
    assert placed.known[8:24, 16:32].all()


def test_the_room_of_the_models_own_picture_is_found_again(tiny_checkpoint):
    """A quarter of a picture is shown; what was never shown comes back better than from a random z."""
    checkpoint = load_checkpoint(tiny_checkpoint)
    generator, z = PatchGenerator.load(tiny_checkpoint, "cpu"), sample_z(5, 12)
    picture = generator.panorama(z)
    known = np.zeros(picture.shape[:2], bool)
    known[:, :24] = True
    settings = GuidanceSettings(candidates=4, steps=150, rate=0.05)
    guidance = Guidance(checkpoint, PlacedPhoto(picture * known[..., None], known), settings)
    heard = []
    rooms = guidance.run(lambda step, error, best: heard.append((step, error)) or True)
    before = Guidance(checkpoint, PlacedPhoto(picture * known[..., None], known), replace(settings, steps=0)).run()
    assert rooms.z.shape == (4, 12)
    assert (np.diff(rooms.errors) >= 0).all()
    assert rooms.errors[0] < 0.5 * before.errors[0]
    assert heard[-1][1] < heard[0][1]

    def hidden_error(code):
        return np.abs(guidance.pictures(code[None])[0].astype(float) - picture)[~known].mean()

    assert hidden_error(rooms.z[0]) < np.mean([hidden_error(code) for code in before.z])


@pytest.mark.parametrize("columns", [slice(0, 20), np.r_[90:96, 0:10], slice(0, 96)])
def test_what_a_photograph_shows_is_compared_where_it_lies(tiny_checkpoint, columns):
    """Over the panorama's seam too: a room is 0 from its own picture, and another one is not."""
    generator, z = load_generator(load_checkpoint(tiny_checkpoint)).eval(), sample_z(5, 12, count=2)
    picture = PatchGenerator.load(tiny_checkpoint, "cpu").panorama(z[0])
    known = np.zeros(picture.shape[:2], bool)
    known[3:30, columns] = True
    same, other = ShownPart(generator, PlacedPhoto(picture * known[..., None], known)).difference(torch.from_numpy(z))
    assert float(same) < 0.01
    assert float(other) > 0.05


def test_fewer_and_fewer_beginnings_go_on_and_small_pictures_come_first():
    class Recorder:
        calls = ()

        def gradient(self, z, patch_px):
            self.calls += ((len(z), patch_px),)
            return (z - 0.5).square().sum(1), 2 * (z - 0.5)

    recorder, beginnings = Recorder(), torch.linspace(-1, 1, 16)[:, None]
    settings, heard = GuidanceSettings(steps=100), []
    z = LatentSearch(recorder, beginnings, settings, lambda step, *_: heard.append(step) or True).run()
    assert list(dict.fromkeys(recorder.calls)) == [(16, 8), (4, 16), (1, 16)]
    assert heard == list(range(1, len(heard) + 1))
    assert len(heard) <= 100
    assert z[11:13].sub(0.5).abs().min() < 0.02  # those that began nearest to 0.5
    assert z[0] < 0  # dropped after a few steps


def test_what_is_refined_is_never_worse_than_the_first_beginning_on_what_was_shown(tiny_checkpoint):
    checkpoint = load_checkpoint(tiny_checkpoint)
    picture = PatchGenerator.load(tiny_checkpoint, "cpu").panorama(np.zeros(12, np.float32))
    photo = PlacedPhoto(picture, np.ones(picture.shape[:2], bool))
    rooms = Guidance(checkpoint, photo, GuidanceSettings(candidates=2, steps=3, rate=10.0)).run()
    alone = Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=0)).run()
    assert rooms.errors[0] <= alone.errors[0] * 1.001


def test_what_a_photograph_does_not_say_stays_as_likely_as_it_was(tiny_checkpoint):
    checkpoint = load_checkpoint(tiny_checkpoint)
    picture = PatchGenerator.load(tiny_checkpoint, "cpu").panorama(sample_z(5, 12))
    photo = PlacedPhoto(picture, np.ones(picture.shape[:2], bool))
    free, bound = (
        Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=40, prior=prior)).run().z[0]
        for prior in (0.0, 100.0)
    )
    middle = Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=0)).run().z[0]
    assert np.abs(bound - middle).max() < 0.1 < np.abs(free - middle).max()


def test_the_search_can_be_stopped_and_ends_by_itself(tiny_checkpoint):
    checkpoint = load_checkpoint(tiny_checkpoint)
    picture = PatchGenerator.load(tiny_checkpoint, "cpu").panorama(sample_z(5, 12))
    photo = PlacedPhoto(picture, np.ones(picture.shape[:2], bool))
    steps = []
    Guidance(checkpoint, photo, GuidanceSettings(candidates=1)).run(lambda step, *_: steps.append(step) or step < 3)
    assert steps == [1, 2, 3]
    still = Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=5000, rate=0.0))
    steps.clear()
    still.run(lambda step, *_: steps.append(step) or True)
    assert len(steps) < 200


def test_head_a_and_q_are_asked_and_their_boxes_drawn(mlp_checkpoint):
    checkpoint = load_checkpoint(mlp_checkpoint)
    picture = PatchGenerator.load(mlp_checkpoint, "cpu").panorama(sample_z(5, 12))
    photo = PlacedPhoto(picture, np.ones(picture.shape[:2], bool))
    guidance = Guidance(checkpoint, photo, GuidanceSettings(candidates=3, steps=0))
    rooms = guidance.run()
    assert rooms.place.shape == (3,)
    assert rooms.by_q in range(3)
    alone = Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=0)).run().z[0]
    away = [float(np.abs(z - alone)[:2].max()) for z in rooms.z]  # of the two named entries, which Q answers for
    assert away[rooms.by_q] == pytest.approx(0, abs=1e-5)
    assert sorted(away)[1] > 0
    sheet = draw_guidance(guidance, rooms, photo)
    assert sheet.shape[1] == 4 * 98 - 2
    assert (sheet == (220, 30, 30)).all(-1).any()
    assert (sheet == (40, 80, 230)).all(-1).any()
    bare = Guidance(replace(checkpoint, discriminator={}), photo, GuidanceSettings(candidates=3, steps=0)).run()
    assert (bare.place, bare.by_q) == (None, None)


@pytest.mark.parametrize("grid", [PatchGrid(), PatchGrid(system="planar", rows=4, columns=4), PatchGrid().extended(1)])
def test_a_place_that_a_head_says_is_where_its_coordinate_is(grid):
    for row, column in grid.macro_ids()[::5]:
        vector = grid.macro_coordinates(np.array([row, column]))
        assert corner_of(grid, vector, (0, 0)) == pytest.approx((row, column), abs=1e-4)
    assert corner_of(grid, np.array([-1.0], np.float32), (0, 3)) == (grid.beyond, 3)


def test_on_a_plane_head_a_says_the_place(tiny_config):
    model = replace(tiny_config, grid=PatchGrid(system="planar", rows=4, columns=4, patch_px=8))
    networks = [network_arrays(build(model)) for build in (build_generator, build_discriminator)]
    checkpoint, grid = (
        Checkpoint(metadata=Metadata(model=model), generator=networks[0], discriminator=networks[1]),
        model.grid,
    )
    row, column = place_by_head(checkpoint, place_plane(np.zeros((9, 9, 3), np.uint8), grid, (0, 0)))
    assert (row, column) in {tuple(cell) for cell in grid.macro_ids().tolist()}


def test_the_command_writes_a_room_and_a_figure(tiny_checkpoint, tmp_path, capsys):
    photo, room, figure = tmp_path / "photo.png", tmp_path / "room.json", tmp_path / "figure.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)).save(photo)
    guide(photo, out=room, checkpoint=tiny_checkpoint, figure=figure, candidates=3, steps=4, yaw=40, fov=80)
    assert "of 255" in capsys.readouterr().out
    with Image.open(figure) as picture:
        assert picture.size[0] == 4 * 98 - 2
    assert room.exists()


def test_mistakes_are_one_line(tiny_checkpoint, tmp_path):
    photo, out = tmp_path / "photo.png", tmp_path / "room.json"
    photo.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"photo\.png"):
        guide(photo, out=out, checkpoint=tiny_checkpoint)
    Image.new("RGB", (8, 8)).save(photo)
    with pytest.raises(ConfigError, match="field of view"):
        guide(photo, out=out, checkpoint=tiny_checkpoint, fov=200)
    with pytest.raises(ConfigError, match="nothing of the photograph"):
        guide(photo, out=out, checkpoint=tiny_checkpoint, fov=10, pitch=89)
    with pytest.raises(ConfigError, match="candidates"):
        guide(photo, out=out, checkpoint=tiny_checkpoint, candidates=0)
    assert not out.exists()
