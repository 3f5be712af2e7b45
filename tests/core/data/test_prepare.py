"""``cocogan prepare``: what goes in comes out in its place, and whatever is broken is reported, not fatal."""

import io
import json
import os
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from cocogan_core.commands.main import main
from cocogan_core.data.dataset import DatasetWriter, ImageDataset, lock_data
from cocogan_core.data.parallel import map_in_order
from cocogan_core.data.prepare import prepare_dataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.data.sources.archives import Member, members
from cocogan_core.data.sources.equirect import Equirect
from cocogan_core.data.sources.image_io import UnusablePicture
from cocogan_core.data.sources.images import Images
from cocogan_core.data.sources.labels import LABELS_FILE, Labels, read_labels, write_labels
from cocogan_core.data.sources.matterport import SCENES, Matterport3D
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.resampling import shrink
from cocogan_core.geometry.surfaces import Panorama, SkyBox

SMALL = {"width": 96, "height": 32, "workers": 1}
VIEWS = ("0" * 31 + "a", "0" * 31 + "b", "0" * 31 + "c")


def painted(surface, tint):
    """Every direction has its colour; ``tint`` tells pictures apart."""
    row, column = np.arange(surface.height_px)[:, None] + 0.5, np.arange(surface.width_px) + 0.5
    return np.rint(127.5 + (90 - 9 * tint) * surface.directions(row, column)).astype(np.uint8)


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


def jpeg(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def sky_box_files(scan, view, tint, face_px=32):
    """Paths and bytes of six faces as Matterport3D has them."""
    faces = painted(SkyBox(face_px), tint).reshape(6, face_px, face_px, 3)
    root = f"{scan}/matterport_skybox_images/{view}"
    return {f"{root}_skybox{number}_sami.jpg": jpeg(face) for number, face in enumerate(faces)}


def strip_files(scan, view, tint, face_px=16):
    faces = painted(SkyBox(face_px), tint).reshape(6, face_px, face_px, 3)
    return {f"{scan}/matterport_skybox_images/{view}_skybox_small.jpg": jpeg(np.concatenate(list(faces), axis=1))}


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def archive(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)


def expected(source, tint):
    return painted(Panorama(source.height, source.width, source.projection), tint)


def ready(source):
    report = prepare_dataset(source)
    return report, ImageDataset.open(source.out)


@pytest.fixture
def src(tmp_path):
    (tmp_path / "src").mkdir()
    return tmp_path / "src"


def matterport(src, **options):
    return Matterport3D(src=src, out=src.parent / "out", **SMALL, **options)


def test_folders_zips_and_strips_are_read_alike(src):
    write(src, sky_box_files("scanA", VIEWS[0], 0))
    archive(src / "v1/scans/scanB/matterport_skybox_images.zip", sky_box_files("scanB", VIEWS[1], 1))
    write(src, strip_files("scanC", VIEWS[2], 2))
    source = matterport(src)
    report, there = ready(source)
    assert there.names == [f"{scan}/{view}" for scan, view in zip(("scanA", "scanB", "scanC"), VIEWS, strict=True)]
    for index in range(3):
        assert psnr(there.image(index), expected(source, index)) > 35
    assert (report.found, report.prepared, report.rejected) == (3, 3, ())
    assert there.projection == source.projection
    assert "Matterport3D" in there.about["licence"]


def test_one_zip_file_is_a_source_too(src):
    archive(src / "all.zip", sky_box_files("scanA", VIEWS[0], 0))
    source = Matterport3D(src=src / "all.zip", out=src.parent / "out", **SMALL)
    assert ready(source)[1].names == [f"scanA/{VIEWS[0]}"]


def damaged(src):
    """Two good sky boxes among every kind of harm; names of the bad and a word that their reason has to hold."""
    good = sky_box_files("good", VIEWS[0], 0) | sky_box_files("good", VIEWS[1], 1)
    missing, broken, truncated, odd, oblong, empty = (
        list(sky_box_files(scan, VIEWS[0], tint).items())
        for tint, scan in enumerate(("missing", "broken", "truncated", "odd", "oblong", "empty"), 2)
    )
    broken[2] = (broken[2][0], b"\xff\xd8junk")
    truncated[3] = (truncated[3][0], truncated[3][1][:-100])
    odd[4] = (odd[4][0], jpeg(painted(SkyBox(16), 0)[:16]))
    oblong[1] = (oblong[1][0], jpeg(painted(SkyBox(32), 0)[:40]))
    empty[5] = (empty[5][0], b"")
    for files in (good, dict(missing[:-1]), dict(broken), dict(truncated), dict(odd), dict(oblong), dict(empty)):
        write(src, files)
    write(src, {"readme.txt": b"", "good/matterport_skybox_images/._x_skybox0_sami.jpg": b""})
    archive(src / "twice.zip", sky_box_files("good", VIEWS[0], 0))
    archive(src / "same.zip", {k.replace("good", "same"): v for k, v in sky_box_files("good", VIEWS[0], 0).items()})
    (src / "torn.zip").write_bytes((src / "twice.zip").read_bytes()[:200])
    content = bytearray((src / "same.zip").read_bytes().replace(b"same/", b"harm/"))
    content[600:700] = bytes(100)
    (src / "harm.zip").write_bytes(content)
    return {
        **{"missing/": "face 5 is missing", "broken/": "cannot be read", "truncated/": "truncated"},
        **{
            "odd/": "16×16",
            "oblong/": "32×40",
            "empty/": "cannot be read",
            "torn.zip": "zip",
            "harm/": "cannot be read",
        },
        **{"same/": "shows the same picture as good/", "twice": "duplicate of"},
    }


def test_harm_is_reported_counted_and_skipped(src):
    reasons = damaged(src)
    reasons.pop("twice")
    report, there = ready(matterport(src))
    assert there.names == [f"good/{VIEWS[0]}", f"good/{VIEWS[1]}"]
    told = dict(report.rejected)
    for start, word in reasons.items():
        assert any(start in name and word in reason for name, reason in told.items()), (start, told)
    duplicates = [name for name, reason in report.rejected if "duplicate of" in reason]
    assert len(duplicates) == 6
    kept = json.loads((there.folder / "report.json").read_text())
    assert kept["prepared"] == 2
    assert len(kept["rejected"]) == len(report.rejected) == 6 + len(reasons), told
    text = (there.folder / "report.txt").read_text()
    assert all(name in text for name in told)
    with Image.open(there.folder / "sheet.jpg") as sheet:
        assert sheet.size[0] >= 96


def test_nothing_of_use_is_one_clear_line(src, capsys):
    write(src, dict(list(sky_box_files("scan", VIEWS[0], 0).items())[:5]))
    with pytest.raises(SystemExit) as stopped:
        main(["prepare", "matterport3d", str(src), str(src.parent / "out"), "--workers", "1"])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert "face 5 is missing" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize("kind", ["matterport3d", "equirect", "images"])
def test_missing_and_empty_folders_are_named(src, capsys, kind):
    for folder, word in ((src / "absent", "absent"), (src, "holds no")):
        with pytest.raises(SystemExit) as stopped:
            main(["prepare", kind, str(folder), str(src.parent / "out")])
        assert stopped.value.code == 2
        assert word in capsys.readouterr().err


def test_the_benchmarks_scenes():
    lists = {split: (SCENES / f"scenes_{split}.txt").read_text().split() for split in ("train", "val", "test")}
    assert [len(names) for names in lists.values()] == [61, 11, 18]
    assert len(set().union(*map(set, lists.values()))) == 90


def test_scenes_are_chosen_by_split_name_and_list(src):
    train, test = (SCENES / f"scenes_{split}.txt" for split in ("train", "test"))
    scans = [train.read_text().split()[0], train.read_text().split()[1], test.read_text().split()[0]]
    for tint, scan in enumerate(scans):
        write(src, sky_box_files(scan, VIEWS[0], tint))

    def chosen(**options):
        return {entry.name.split("/")[0] for entry in matterport(src, **options).find().pictures}

    assert chosen() == set(scans)
    assert chosen(split="train") == set(scans[:2])
    assert chosen(split="test") == {scans[2]}
    assert chosen(scenes=(scans[1],)) == {scans[1]}
    told = matterport(src, scenes=(scans[1], "absent")).find().rejected
    assert told == [("absent", "is chosen by --scenes, and not there")]
    (src.parent / "list.txt").write_text(f"{scans[0]}\n{scans[2]}\n")
    assert chosen(scene_list=src.parent / "list.txt") == {scans[0], scans[2]}
    assert chosen(scene_list=src.parent / "list.txt", split="train") == {scans[0]}
    with pytest.raises(DataError, match="none of the 11 chosen"):
        chosen(split="val")
    with pytest.raises(ConfigError, match="cannot read"):
        chosen(scene_list=src / "absent.txt")


def test_small_strips_on_request(src):
    write(src, sky_box_files("scan", VIEWS[0], 0) | strip_files("scan", VIEWS[0], 3))
    source = matterport(src, faces="small")
    assert psnr(ready(source)[1].image(0), expected(source, 3)) > 35
    write(src, {f"scan/matterport_skybox_images/{VIEWS[1]}_skybox_small.jpg": jpeg(painted(SkyBox(16), 0)[:, :12])})
    report = prepare_dataset(matterport(src, faces="small"))
    assert "not six squares" in report.rejected[0][1]


@pytest.fixture
def photographs(src):
    for tint in range(5):
        Image.fromarray(painted(Panorama.full(64, np.pi / 128 - np.pi / 96), tint)).save(src / f"{tint}.png")
    return src


def equirect(src, **options):
    return Equirect(src=src, out=src.parent / "out", **SMALL, **options)


def test_photographs_keep_their_left_edge(photographs):
    source = equirect(photographs)
    _, there = ready(source)
    for index in range(5):
        assert psnr(there.image(index), expected(source, index)) > 42


@pytest.mark.parametrize("options", [{"kind": "equirectangular"}, {"extent_deg": 30.0}])
def test_projection_and_extent_are_options(photographs, options):
    source = equirect(photographs, **options)
    _, there = ready(source)
    assert psnr(there.image(2), expected(source, 2)) > 42
    assert there.projection == source.projection


def test_workers_and_interruptions_change_nothing(photographs, tmp_path):
    alone = ready(equirect(photographs))[1]
    first = Equirect(src=photographs, out=tmp_path / "twice", **{**SMALL, "workers": 2}, limit=2)
    assert prepare_dataset(first).prepared == 2
    report, twice = ready(Equirect(src=photographs, out=tmp_path / "twice", **SMALL))
    assert (report.earlier, report.prepared) == (2, 5)
    assert twice.names == alone.names
    for index in range(5):
        assert np.array_equal(twice.image(index), alone.image(index))


def test_what_was_finished_before_an_interruption_is_kept(photographs, monkeypatch):
    append, out = DatasetWriter.append, photographs.parent / "out"

    def interrupted(writer, *picture, **more):
        if writer.count == 3:
            raise KeyboardInterrupt
        append(writer, *picture, **more)

    monkeypatch.setattr(DatasetWriter, "append", interrupted)
    with pytest.raises(SystemExit) as stopped:
        main(["prepare", "equirect", str(photographs), str(out), "--width", "96", "--height", "32", "--workers", "1"])
    assert stopped.value.code == 130
    assert ImageDataset.open(out).names == ["0.png", "1.png", "2.png"]
    monkeypatch.undo()
    assert ready(equirect(photographs))[1].count == 5


def test_a_killed_worker_is_one_clear_error():
    with pytest.raises(DataError, match="fewer --workers"):
        list(map_in_order(os._exit, [1], workers=2))


def test_a_mended_file_joins_later(photographs):
    whole = (photographs / "1.png").read_bytes()
    (photographs / "1.png").write_bytes(whole[:300])
    assert len(prepare_dataset(equirect(photographs)).rejected) == 1
    (photographs / "1.png").write_bytes(whole)
    report, there = ready(equirect(photographs))
    assert not report.rejected
    assert there.names == ["0.png", "2.png", "3.png", "4.png", "1.png"]


def test_other_settings_do_not_mix(photographs):
    prepare_dataset(equirect(photographs))
    with pytest.raises(DataError, match=r"exposure_stops = 0\.0, not 1\.0"):
        prepare_dataset(equirect(photographs, exposure_stops=1.0))
    with pytest.raises(DataError, match="half_extent_rad"):
        prepare_dataset(equirect(photographs, extent_deg=30.0))


def test_export_in_order_and_only_once(photographs, tmp_path):
    source = equirect(photographs, export_png=tmp_path / "png")
    _, there = ready(source)
    files = sorted((tmp_path / "png").iterdir())
    assert [file.name for file in files] == [f"{index:06d}_{index}.png" for index in range(5)]
    for index, file in enumerate(files):
        assert np.array_equal(np.asarray(Image.open(file)), there.image(index))
    before = files[0].stat().st_mtime_ns
    files[3].unlink()
    prepare_dataset(source)
    assert files[3].exists()
    assert files[0].stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("height", "width", "black_rows", "word"),
    [
        (64, 100, 0, "not 2:1"),
        (40, 128, 0, "--strips"),
        (64, 128, 20, "black beyond ±33.8°"),
        (64, 128, 64, "is black"),
    ],
)
def test_what_is_no_whole_panorama_is_told(src, height, width, black_rows, word):
    image = np.full((height, width, 3), 200, np.uint8)
    image[height - black_rows :] = 0
    Image.fromarray(image).save(src / "a.png")
    report = prepare_dataset(equirect(src))
    assert word in report.rejected[0][1]


def test_black_poles_do_not_matter_beyond_what_is_wanted(src):
    image = np.full((64, 128, 3), 200, np.uint8)
    image[:10] = image[-10:] = 0  # beyond ±61.9°
    Image.fromarray(image).save(src / "a.png")
    assert (ready(equirect(src))[1].image(0) == 200).all()


def test_strips_are_taken_where_they_reach(src):
    Image.fromarray(np.full((48, 128, 3), 200, np.uint8)).save(src / "reaches.png")  # ±67.5°
    Image.fromarray(np.full((30, 128, 3), 200, np.uint8)).save(src / "short.png")  # ±42.2°
    report, there = ready(equirect(src, strips=True))
    assert there.names == ["reaches.png"]
    assert (there.image(0) == 200).all()
    assert "ends beyond ±42.2°" in report.rejected[0][1]


def test_layouts_take_only_panoramas(src):
    wanted = {
        "structured3d": "scene_00000/2D_rendering/485142/panorama/full/rgb_rawlight.png",
        "stanford2d3ds": "area_1/pano/rgb/camera_1_office_1_frame_equirectangular_domain_rgb.png",
        "zind": "0000/panos/floor_01_partial_room_01_pano_1.jpg",
        "polyhaven": "vestibule_4k.hdr",
    }
    others = (
        *("scene_00000/2D_rendering/485142/panorama/full/depth.png", "area_1/pano/depth/camera_1_depth.png"),
        *("0000/floor_plans/floor_01.jpg", "vestibule_1k.hdr"),
    )
    write(src, dict.fromkeys((*wanted.values(), *others), b""))
    for layout, path in wanted.items():
        names = [entry.name for entry in equirect(src, layout=layout).find().pictures]
        assert path in names
        assert layout == "polyhaven" or names == [path]
    found = equirect(src, layout="polyhaven").find()
    assert ("vestibule_1k.hdr", "another resolution of the same panorama is taken") in found.rejected
    assert [entry.name for entry in equirect(src, glob="*/panos/*").find().pictures] == [wanted["zind"]]


def planar(src, **options):
    return Images(src=src, **{"out": src.parent / "out", "workers": 1, "side": 16} | options)


def ramp(height, width):
    """Red tells the column, green the row."""
    return np.stack(np.broadcast_arrays(np.arange(width), np.arange(height)[:, None], 0), -1).astype(np.uint8)


@pytest.mark.parametrize(
    ("crop", "side", "left", "top"), [("centre", 178, 0, 20), ("lsun", 178, 0, 20), ("celeba", 128, 25, 50)]
)
def test_crops(src, crop, side, left, top):
    Image.fromarray(ramp(218, 178)).save(src / "a.png")
    _, there = ready(planar(src, crop=crop, side=side))
    assert np.array_equal(there.image(0), ramp(218, 178)[top : top + side, left : left + side])
    assert there.projection is None


def test_displacements_differ_stay_inside_and_are_fixed_by_the_seed(src):
    for index in range(12):
        Image.fromarray(ramp(218, 178) ^ np.uint8([0, 0, index])).save(src / f"{index}.png")
    _, there = ready(planar(src, crop="celeba", displacement=25, side=128))
    corners = np.array([there.image(index)[0, 0, :2] for index in range(12)], int)
    assert (np.abs(corners - [25, 50]) <= 25).all()
    assert len(np.unique(corners, axis=0)) > 6
    entry = planar(src, crop="celeba", displacement=25, side=128).find().pictures[3]
    again, other = (
        planar(src, crop="celeba", displacement=25, side=128, seed=seed).load(entry).images[0] for seed in (0, 1)
    )
    assert np.array_equal(again, there.image(3))
    assert not np.array_equal(again, other)


def test_pictures_too_small_or_of_another_kind_are_told(src):
    Image.fromarray(ramp(10, 12)).save(src / "a.png")
    assert "smaller than --side" in prepare_dataset(planar(src)).rejected[0][1]
    assert "178×218" in prepare_dataset(planar(src, out=src.parent / "faces", crop="celeba")).rejected[0][1]


@pytest.mark.parametrize(
    "options",
    [
        {"displacement": 26, "crop": "celeba"},
        {"displacement": 3, "crop": "none"},
        {"displacement": -1},
        {"side": 2},
        {"limit": -1},
    ],
)
def test_impossible_options_are_refused(src, options):
    with pytest.raises(ConfigError):
        planar(src, **options)


def test_impossible_panoramas_are_refused(src):
    for options in ({"extent_deg": 120.0}, {"height": 0}):
        with pytest.raises(ConfigError):
            Equirect(src=src, out=src, **{"width": 96, "height": 32} | options)


def test_planar_pictures_reach_the_sampler(src, rng):
    Image.fromarray(ramp(16, 16)).save(src / "a.png")
    _, there = ready(planar(src))
    grid = PatchGrid(system="planar", rows=4, columns=4, patch_px=4)
    batch = MacroSampler(there, grid, roll=True).batch(rng, 50)
    assert batch.ids.max() == 2  # no window wraps
    for image, (row, column) in zip(batch.images, batch.ids, strict=True):
        assert np.array_equal(image, there.image(0)[row * 4 : row * 4 + 8, column * 4 : column * 4 + 8])
    with pytest.raises(DataError, match="planar"):
        MacroSampler(there, PatchGrid(rows=4, columns=4, patch_px=4))


NUMBERS = np.array([[0.5, -1], [0.25, 1]], np.float32)


def label(folder, names, **about):
    write_labels(folder, Labels(names=("a.b", "a.c"), parameters=dict(zip(names, NUMBERS, strict=True)), **about))


def test_labels_beside_sky_boxes_come_along(src):
    write(src, sky_box_files("rooms_0_0000", VIEWS[0], 0) | sky_box_files("rooms_0_0000", VIEWS[1], 1))
    label(src, [f"rooms_0_0000/{view}" for view in (VIEWS[1], VIEWS[0])], source="rooms, drawn", licence="CC0-1.0")
    report, there = ready(matterport(src))
    assert there.latent_names == ("a.b", "a.c")
    assert np.array_equal(there.parameters, NUMBERS[::-1])
    assert there.about["source"] == report.title == "rooms, drawn"
    assert there.about["licence"] == "CC0-1.0"


def test_labels_beside_photographs_come_along_too(src):
    for tint, name in enumerate(("a.png", "deep/b.png")):
        (src / name).parent.mkdir(exist_ok=True)
        Image.fromarray(painted(Panorama.full(64), tint)).save(src / name)
    label(src, ["deep/b.png", "a.png"])
    _, there = ready(equirect(src, data_licence="CC-BY-4.0"))
    assert there.names == ["a.png", "deep/b.png"]
    assert np.array_equal(there.parameters, NUMBERS[::-1])
    assert there.about["licence"] == "CC-BY-4.0"  # the labels say nothing of it


def test_a_picture_without_labels_among_labelled_ones_is_named(photographs):
    label(photographs, ["0.png", "1.png"])
    with pytest.raises(DataError, match=r"does not know 2\.png"):
        prepare_dataset(equirect(photographs))


@pytest.mark.parametrize(
    ("metadata", "word"),
    [
        ({"names": '["a.b"]', "pictures": '["x", "y"]'}, "2, 2"),
        ({"names": '["a.b", "a.c"]'}, "pictures"),
        ({"names": "7", "pictures": '["x", "y"]'}, "not a list"),
        ({"names": '["a.b", "a.c"]', "viewpoints": '["x", "y"]'}, "earlier version"),
    ],
)
def test_broken_labels_are_a_clear_error(src, metadata, word):
    save_file({"parameters": NUMBERS}, src / LABELS_FILE, metadata)
    with pytest.raises(DataError, match=word):
        read_labels(src)
    (src / LABELS_FILE).write_bytes(b"junk")
    with pytest.raises(DataError, match="is broken"):
        read_labels(src)


def test_progress_is_told_of_every_picture(photographs):
    seen = []

    def progress(items, description, total):
        for item in items:
            seen.append((description, total))
            yield item

    prepare_dataset(equirect(photographs, export_png=photographs.parent / "png"), progress=progress)
    assert seen == [("preparing", 5)] * 5 + [("PNG files", 5)] * 5


def levels_of(there, index):
    return [there.image(index, level) for level in range(there.picture_levels[index])]


def test_sky_boxes_keep_the_levels_that_their_faces_fill(src):
    for number, face_px in enumerate((24, 48, 103, 12)):  # 96, 192, 412 and 48 columns
        write(src, sky_box_files(f"scan{number}", VIEWS[0], number, face_px))
    source = matterport(src, levels=4)
    report, there = ready(source)
    assert tuple(there.picture_levels) == (1, 2, 3, 1)
    assert there.columns == [96, 192, 412, 48]
    assert report.reaching == (4, 2, 1, 0)
    assert report.enlarged == ((f"scan3/{VIEWS[0]}", 48),)
    assert "4 on level 0, 2 on level 1, 1 on level 2, 0 on level 3; 1 enlarged" in report.summary
    assert f"scan3/{VIEWS[0]}: has 48 columns" in (there.folder / "report.txt").read_text()
    for index in (1, 2):
        for level, image in enumerate(levels_of(there, index)):
            whole = Panorama(32, 96, source.projection).at_level(level)
            assert psnr(image, painted(whole, index)) > 38, (index, level)


PHOTOGRAPHS = Path(__file__).parents[1] / "geometry/photographs"


def test_levels_of_photographs_are_each_others_averages_and_lie_in_one_frame(src):
    source = Equirect(src=PHOTOGRAPHS, out=src.parent / "out", width=120, height=40, workers=1, levels=6)
    report, there = ready(source)
    assert report.reaching == (3, 3, 3, 0, 0, 0)  # 512 columns hold 2² · 120 of them
    for index in range(3):
        images = levels_of(there, index)
        for coarse, fine in pairwise(images):
            assert np.abs(coarse.astype(int) - shrink(fine, 2)).max() <= 1
        single = Equirect(src=PHOTOGRAPHS, out=src, width=120, height=40, workers=1)
        (alone,) = single.load(source.find().pictures[index]).images
        assert psnr(alone, images[0]) > 40
    assert there.projection == source.projection


def test_planar_pictures_have_levels_too(src):
    Image.fromarray(ramp(70, 64)).save(src / "a.png")
    _, there = ready(planar(src, levels=4))
    assert tuple(there.picture_levels) == (3,)
    assert np.array_equal(there.image(0, 2), ramp(70, 64)[3:67])


def test_levels_survive_interruptions_and_do_not_mix(photographs):
    prepare_dataset(equirect(photographs, levels=2, limit=2))
    report, there = ready(equirect(photographs, levels=2))
    assert (report.earlier, report.prepared) == (2, 5)
    assert there.image(4).shape == (32, 96, 3)
    with pytest.raises(DataError, match="levels = 2, not 3"):
        prepare_dataset(equirect(photographs, levels=3))


def test_impossible_levels_are_refused(src):
    for levels in (0, 13):
        with pytest.raises(ConfigError, match="--levels"):
            equirect(src, levels=levels)


def test_levels_are_drawn_from_sky_boxes_that_have_them(src, rng):
    for number, face_px in enumerate((96, 24)):
        write(src, sky_box_files(f"scan{number}", VIEWS[0], number, face_px))
    _, there = ready(matterport(src, levels=3))
    grid = PatchGrid(patch_px=8, levels=3)
    batch = MacroSampler(there, grid).batch(rng, 20, 2)
    for image, (row, column) in zip(batch.images, batch.ids * 8, strict=True):
        assert np.array_equal(image, grid.at_level(2).crop(there.image(0, 2), (row, column), 16, 16))


@pytest.mark.parametrize("harm", ["data", "version"])
def test_a_damaged_member_is_unusable_and_no_more(tmp_path, harm):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.jpg", bytes(range(256)) * 40)
    content = bytearray(path.read_bytes())
    if harm == "data":
        content[60:120] = b"\xff" * 60
    else:  # of the central directory: the least version that can read the member
        content[content.index(b"PK\x01\x02") + 6] = 255
    path.write_bytes(content)
    (found,) = members(path)
    if harm == "version":
        assert found == (path, "cannot be read as a zip archive: zip file version 25.5")
    else:
        assert isinstance(found, Member)
        with pytest.raises(UnusablePicture, match="cannot be read"):
            found.read()


def test_a_folder_that_another_process_fills_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    Image.new("RGB", (32, 32)).save(tmp_path / "in" / "a.png")
    with lock_data(tmp_path / "out"), pytest.raises(DataError, match="is being filled by another process; wait"):
        prepare_dataset(Images(src=tmp_path / "in", out=tmp_path / "out", side=16, workers=1))
    assert prepare_dataset(Images(src=tmp_path / "in", out=tmp_path / "out", side=16, workers=1)).prepared == 1
