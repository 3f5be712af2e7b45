"""Checkpoints are read in the browser as strictly as in Python: the same hostile files, and many broken ones."""

import base64
import json
import pickle
import struct

import numpy as np
import pytest
import safetensors.numpy
from javascript import javascript

from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.parameters import PARAMETERS
from cocogan_core.errors import CocoganError
from cocogan_core.models.build import load_generator

READ = """
async function main() {
  const { readCheckpoint } = await load("state/checkpoint.js");
  const { CompactGenerator } = await load("generator/compact_generator.js");
  const { Problem } = await load("state/problem.js");
  const kernel = bytes(new URL("generator/kernel.wasm", WEB));
  const found = [];
  for (const text of data) {
    const b = Buffer.from(text, "base64");
    try {
      await CompactGenerator.load(readCheckpoint(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)), kernel);
      found.push("");
    } catch (error) {
      found.push(error instanceof Problem ? error.message : "CRASH " + error.stack);
    }
  }
  return found;
}
"""


AT_ONCE = 16  # files: Node reads no longer text than half a gigabyte


def refusals(files: list[bytes]) -> list[str]:
    """What the page says of each file; empty if it is read."""
    texts = [base64.b64encode(file).decode() for file in files]
    return [words for some in batched(texts, AT_ONCE) for words in javascript(READ, some)]


def batched(texts, size):
    return [texts[start : start + size] for start in range(0, len(texts), size)]


def split(file: bytes) -> tuple[dict, bytes]:
    (length,) = struct.unpack("<Q", file[:8])
    return json.loads(file[8 : 8 + length]), file[8 + length :]


def joined(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def with_metadata(file: bytes, **changes) -> bytes:
    header, body = split(file)
    stated = json.loads(header["__metadata__"]["cocogan"]) | changes
    return joined(header | {"__metadata__": {"cocogan": json.dumps(stated)}}, body)


def with_model(file: bytes, **changes) -> bytes:
    model = json.loads(split(file)[0]["__metadata__"]["cocogan"])["model"]
    return with_metadata(file, model=model | changes)


def with_raw(file: bytes, old: str, new: str) -> bytes:
    """The metadata's text with a part replaced."""
    header, body = split(file)
    text = header["__metadata__"]["cocogan"]
    assert old in text
    return joined(header | {"__metadata__": {"cocogan": text.replace(old, new)}}, body)


def with_tensor(file: bytes, name: str, value) -> bytes:
    stated = split(file)[0]["__metadata__"]
    tensors = safetensors.numpy.load(file)
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    return safetensors.numpy.save(tensors, stated)


def with_entry(file: bytes, **changes) -> bytes:
    header, body = split(file)
    header["generator.lattice.bias"] |= changes
    return joined(header, body)


NAN, ZEROS = np.full(3, np.nan, np.float32), np.zeros(3, np.float32)
LATE = np.array([0, 1, np.inf], np.float32)
BOX = {"name": "box", "sides_m": [0, 0, 1, 1, 1, 2]}
OBJECTS = {
    "objects": [BOX], "window": "box", "frame_m": 0.1, "sun_latents": ["light.sun_azimuth", "light.sun_height"],
    "sun_azimuth_rad": [-0.7, 0.7], "sun_height_rad": [0.35, 0.75],
}  # fmt: skip


def with_objects(file: bytes, objects: object) -> bytes:
    return with_model(file, objects=objects, room={}, latent_names=PARAMETERS, z_dim=len(PARAMETERS))


NUMBER = {"name": "=a", "function": "positive", "weights": [0, 1], "terms": ["rug.size"]}


def with_derived(file: bytes, **changes) -> bytes:
    return with_objects(file, OBJECTS | {"derived": [NUMBER | changes]})


def with_tilings(file: bytes, *tilings: dict, **changes) -> bytes:
    """Of a box with a front, but for ``changes``."""
    return with_objects(file, OBJECTS | {"objects": [BOX | {"front": "back"} | changes], "tilings": list(tilings)})


def with_object(file: bytes, **changes) -> bytes:
    return with_objects(file, OBJECTS | {"objects": [BOX | changes]})


def many(count: int) -> list[dict]:
    return [BOX | {"name": str(i)} for i in range(count)]


HOSTILE = {
    "empty": (lambda _: b"", "empty"),
    "short": (lambda _: b"\x01\x02\x03", "short"),
    "HTML": (lambda _: b"<!DOCTYPE html><html>Not found</html>", "HTML"),
    "pickle": (lambda _: pickle.dumps({"a": list(range(99))}), "pickle"),
    "zip": (lambda _: b"PK\x03\x04" + bytes(100), "zip"),
    "LFS": (lambda _: b"version https://git-lfs.github.com/spec/v1\noid", "LFS"),
    "noise": (lambda _: bytes(range(256)), "header"),
    "not JSON": (lambda _: joined(b"{not json"), "JSON"),
    "nested": (lambda _: joined(b"[" * 400_001), "JSON"),
    "a list": (lambda _: joined([1]), "object"),
    "not UTF-8": (lambda _: joined(b'{"\xff": 1}'), "JSON"),
    "foreign": (lambda _: safetensors.numpy.save({"a": np.zeros(3)}), "no COCO-GAN"),
    "truncated": (lambda good: good[:-1000], "do not hold"),
    "longer": (lambda good: good + bytes(7), "7 bytes follow"),
    "100 GB": (
        lambda good: with_entry(good, shape=[160_000, 160_000], data_offsets=[0, 4 * 160_000**2]), "do not hold",
    ),
    "beyond 2^53": (lambda good: with_entry(good, shape=[2**60, 2**60]), "broken"),
    "negative": (lambda good: with_entry(good, shape=[-1, -1]), "broken"),
    "fractions": (lambda good: with_entry(good, shape=[0.5]), "broken"),
    "words": (lambda good: with_entry(good, data_offsets=["a", "b"]), "broken"),
    "doubles": (lambda good: with_entry(good, dtype="F64"), "F64"),
    "constructor": (lambda good: with_entry(good, dtype="constructor"), "constructor"),
    "overlap": (lambda good: with_entry(good, data_offsets=[0, 64], shape=[16]), "overlap"),
    "NaN": (lambda good: with_tensor(good, "generator.rgb.0.bias", NAN), "NaN"),
    "half NaN": (lambda good: with_tensor(good, "generator.rgb.0.bias", NAN.astype(np.float16)), "NaN"),
    "a late infinity": (lambda good: with_tensor(good, "generator.rgb.0.bias", LATE), "NaN or infinity"),
    "half infinity": (lambda good: with_tensor(good, "generator.rgb.0.bias", -LATE.astype(np.float16)), "infinity"),
    "shape": (lambda good: with_tensor(good, "generator.lattice.bias", ZEROS), "shape [3]"),
    "missing": (lambda good: with_tensor(good, "generator.lattice.bias", None), "no tensor"),
    "unknown": (lambda good: with_tensor(good, "generator.extra", ZEROS), "unknown"),
    "format 2": (lambda good: with_metadata(good, format=2), "format 2"),
    "format true": (lambda good: with_metadata(good, format=True), "format true"),
    "no model": (lambda good: with_metadata(good, model=7), "object"),
    "projection": (lambda good: with_metadata(good, projection={"kind": 1}), "kind"),
    "beyond the pole": (
        lambda good: with_metadata(good, projection={"kind": "mercator", "half_extent_rad": 1.57}), "outside",
    ),
    "images seen": (lambda good: with_metadata(good, provenance={"images_seen": "many"}), "images_seen"),
    "metrics": (lambda good: with_metadata(good, provenance={"metrics": [1]}), "metrics"),
    "z_dim": (lambda good: with_model(good, z_dim="x"), "z_dim"),
    "huge z_dim": (lambda good: with_model(good, z_dim=10**9), "z_dim"),
    "newer": (lambda good: with_model(good, colour="red"), "newer version"),
    "prototype": (lambda good: with_model(good, **{"__proto__": {"z_dim": 3}}), "newer version"),
    "patches": (lambda good: with_model(good, grid={"rows": 60000, "columns": 60000}), "at most 4096"),
    "a strip": (lambda good: with_model(good, grid={"rows": 2, "columns": 2048, "patch_px": 16}), "16384 a side"),
    "too many pixels": (lambda good: with_model(good, grid={"rows": 16, "columns": 16, "patch_px": 512}), "in all"),
    "patch": (lambda good: with_model(good, grid={"patch_px": 24}), "power of two"),
    "levels": (lambda good: with_model(good, grid={"patch_px": 8, "levels": 9}), "levels"),
    "width": (lambda good: with_model(good, generator_width=4096), "more weights"),
    "another width": (lambda good: with_model(good, generator_width=24), "shape"),
    "an empty name": (lambda good: with_model(good, latent_names=["", "b"]), "latent names"),
    "a lone surrogate": (lambda good: with_model(good, latent_names=["\ud800"]), "latent names"),
    "a line break": (lambda good: with_model(good, latent_names=["a\nb"]), "latent names"),
    "a long name": (lambda good: with_model(good, latent_names=["x" * 101]), "latent names"),
    "axes": (lambda good: with_entry(good, shape=[1] * 9), "broken"),
    "a fraction": (lambda good: with_model(good, z_dim=12.0), "z_dim"),
    "format 1.0": (lambda good: with_metadata(good, format=1.0), "format"),
    "images seen before": (lambda good: with_metadata(good, provenance={"images_seen": -1}), "images_seen"),
    "a metric that is true": (lambda good: with_metadata(good, provenance={"metrics": {"a": True}}), "metrics"),
    "lengths as words": (lambda good: with_model(good, room={"width_m": ["4", "5"]}, latent_names=[]), "width_m"),
    "lengths of nothing": (lambda good: with_model(good, room={"width_m": [None, True]}, latent_names=[]), "width_m"),
    "half of nothing": (
        lambda good: with_metadata(good, projection={"kind": "mercator", "half_extent_rad": None}), "half_extent",
    ),
    "infinite": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": 1e999'), "finite"),
    "beyond 2^63": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": 9223372036854775808'), "finite"),
    "a name twice": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": 12, "z_dim": 12'), "twice"),
    "a name twice, hidden": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": 12, "z\\u005fdim": 12'), "twice"),
    "our own mark": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": {"\\u0000fraction": 12}'), "twice"),
    "deep": (lambda good: with_raw(good, '"z_dim":12', '"z_dim": ' + "[" * 33 + "1" + "]" * 33), "deeper"),
    "metadata that is a number": (
        lambda good: joined(split(good)[0] | {"__metadata__": {"cocogan": 7}}, split(good)[1]), "no COCO-GAN",
    ),
    "names": (lambda good: with_model(good, latent_names=["a", "a"]), "distinct"),
    "a room without names": (lambda good: with_model(good, room={}), "do not name"),
    "inside the wall": (
        lambda good: with_model(good, room={"width_m": [0.1, 0.2]}, latent_names=[]), "between the walls",
    ),
    "rows beyond the poles": (
        lambda good: with_model(
            good, grid={"rows": 6, "beyond": 1}, latent_names=RoomLatents().names,
            room={"projection": {"kind": "equirectangular", "half_extent_rad": 1.57}},
        ), "beyond the poles",
    ),
    "objects without a room": (lambda good: with_model(good, objects=OBJECTS), "need room coordinates"),
    "a field of 100 units": (lambda good: with_model(good, field_width=100), "multiple of 16"),
    "a rank of 97": (lambda good: with_model(good, paint_rank=97), "paint_rank"),
    "textures without a room": (lambda good: with_model(good, surface_textures=True), "need room coordinates"),
    "object textures without objects": (lambda good: with_model(good, object_textures=True), "need object coordinates"),
    "object textures in words": (lambda good: with_model(good, object_textures="yes"), "object_textures"),
    "three mixed textures": (lambda good: with_model(good, mixed_textures=3), "mixed_textures"),
    "ten mixed textures": (lambda good: with_model(good, mixed_textures=10), "mixed_textures"),
    "mixed textures that are true": (lambda good: with_model(good, mixed_textures=True), "mixed_textures"),
    "textures in words": (lambda good: with_model(good, surface_textures="yes"), "surface_textures"),
    "objects without names": (
        lambda good: with_model(good, objects=OBJECTS, room={}, latent_names=RoomLatents().names), "need the latents",
    ),
    "objects as a list": (lambda good: with_objects(good, []), "not an object of settings"),
    "no objects": (lambda good: with_objects(good, OBJECTS | {"objects": []}), "0 of them"),
    "2049 objects": (lambda good: with_objects(good, OBJECTS | {"objects": many(2049)}), "2049 of them"),
    "an object of nothing known": (lambda good: with_object(good, latents=["=a"], sides_m=[0] * 12), "no such derived"),
    "a number called as a latent": (lambda good: with_derived(good, name="a"), "begin with ="),
    "another function": (lambda good: with_derived(good, function="sine"), "positive or above or square"),
    "a weight too many": (lambda good: with_derived(good, weights=[0, 1, 2]), "a weight for each"),
    "a heavy number": (lambda good: with_derived(good, weights=[0, 1e3]), "below 1000"),
    "a term twice": (lambda good: with_derived(good, terms=["rug.size"] * 2, weights=[0, 1, 1]), "distinct"),
    "a number of itself": (lambda good: with_derived(good, terms=["=a"]), "before what it is made of"),
    "a number of no latent": (lambda good: with_derived(good, terms=["roof"]), "need the latents"),
    "a number that explodes": (
        lambda good: with_objects(good, OBJECTS | {"derived": [
            {"name": f"={k}", "function": "square", "weights": [0, 999], "terms": [f"={k - 1}" if k else "rug.size"]}
            for k in range(4)
        ]}), "can come to more",
    ),
    "looks of nothing known": (lambda good: with_objects(good, OBJECTS | {"looks": ["=a"]}), "looks must name"),
    "an object twice": (lambda good: with_objects(good, OBJECTS | {"objects": [BOX, BOX]}), "distinct"),
    "an object of words": (lambda good: with_object(good, sides_m=["0"] * 6), "number"),
    "an object of truth": (lambda good: with_object(good, sides_m=[True] * 6), "number"),
    "a name that is none": (lambda good: with_object(good, name=7), "must be text"),
    "five sides": (lambda good: with_object(good, sides_m=[0, 0, 0, 1, 1]), "6 lengths"),
    "17 latents": (
        lambda good: with_object(good, latents=PARAMETERS[:17], sides_m=[0.0] * 54 + [1.0] * 54), "at most 16",
    ),
    "a far object": (lambda good: with_object(good, sides_m=[0, 0, 0, 1, 1, 1000]), "below 1000"),
    "an object inside out": (lambda good: with_object(good, sides_m=[0, 0, 0, 1, 1, -1]), "beyond the others"),
    "inside out in some rooms": (
        lambda good: with_object(good, latents=["rug.size"], sides_m=[0, 0] * 3 + [1, 1.1] * 3), "beyond the others",
    ),
    "a flat ellipsoid": (
        lambda good: with_object(good, shape="ellipsoid", sides_m=[0, 0, 0, 1, 1, 0]), "beyond the others",
    ),
    "another shape": (lambda good: with_object(good, shape="cone"), "box or ellipsoid"),
    "present by no latent": (lambda good: with_object(good, present="-"), "need the latents"),
    "an object's colour": (lambda good: with_object(good, colour="red"), "newer version"),
    "another window": (lambda good: with_objects(good, OBJECTS | {"window": "roof"}), "window must name"),
    "a pane of nothing known": (lambda good: with_objects(good, OBJECTS | {"panes": ["roof"]}), "panes must name"),
    "a pane twice": (lambda good: with_objects(good, OBJECTS | {"panes": ["box", "box"]}), "panes must name"),
    "panes as a word": (lambda good: with_objects(good, OBJECTS | {"panes": "box"}), "not a list of words"),
    "a front of no box": (lambda good: with_object(good, front="roof"), "must be one of its sides"),
    "a front by number": (lambda good: with_object(good, front=2), "must be text"),
    "tilings as a word": (lambda good: with_objects(good, OBJECTS | {"tilings": "box"}), "not a list"),
    "a tiling of nothing known": (lambda good: with_tilings(good, {"row": "roof"}), "tilings must be of rows"),
    "a tiling of no front": (lambda good: with_tilings(good, {"row": "box"}, front=""), "tilings must be of rows"),
    "a tiling of a name beside its row": (lambda good: with_tilings(good, {"row": "box"}, row="a"), "tilings must be"),
    "a tiling twice": (lambda good: with_tilings(good, {"row": "box"}, {"row": "box"}), "one each"),
    "a tiling without a row": (lambda good: with_tilings(good, {"fitted": True}), "row is needed"),
    "an unknown tiling": (lambda good: with_tilings(good, {"row": "box", "turned": True}), "unknown setting 'turned'"),
    "a unit of three lengths": (lambda good: with_tilings(good, {"row": "box", "unit_m": [0, 0, 1]}), "two lengths"),
    "a unit below nothing": (lambda good: with_tilings(good, {"row": "box", "unit_m": [0, -0.1]}), "are two lengths"),
    "a unit of a kilometre": (lambda good: with_tilings(good, {"row": "box", "unit_m": [1000, 0]}), "are two lengths"),
    "no units": (lambda good: with_tilings(good, {"row": "box", "units": [1, 0]}), "units 1 to 256"),
    "257 units": (lambda good: with_tilings(good, {"row": "box", "units": [257, 1]}), "units 1 to 256"),
    "half a unit": (lambda good: with_tilings(good, {"row": "box", "units": [1, 1.5]}), "must be a whole number"),
    "a float of units": (lambda good: with_tilings(good, {"row": "box", "units": [1, 1.0]}), "must be a whole number"),
    "units as a flag": (lambda good: with_tilings(good, {"row": "box", "units": [1, True]}), "must be a whole number"),
    "fitted by number": (lambda good: with_tilings(good, {"row": "box", "fitted": 1}), "must be true or false"),
    "a frame outside": (lambda good: with_objects(good, OBJECTS | {"frame_m": -0.1}), "frame_m"),
    "a sun below": (lambda good: with_objects(good, OBJECTS | {"sun_height_rad": [0, 1]}), "above the horizon"),
    "a sun behind": (lambda good: with_objects(good, OBJECTS | {"sun_azimuth_rad": [-1.6, 0]}), "angles of the sun"),
    "a sun of one number": (lambda good: with_objects(good, OBJECTS | {"sun_latents": ["rug.size"]}), "two numbers"),
}  # fmt: skip


TEXTURE, MIX = "generator.surfaces.texture.0", "generator.surfaces.mix.0.weight"
MISSHAPEN = {
    "no flag": (lambda good: with_model(good, surface_textures=False), "unknown"),
    "no texture": (lambda good: with_tensor(good, TEXTURE, None), "no tensor"),
    "no mix": (lambda good: with_tensor(good, MIX, None), "no tensor"),
    "a texture for all faces": (lambda good: with_tensor(good, TEXTURE, np.zeros((2, 64, 64), np.float32)), "shape [2"),
    "half a texture": (lambda good: with_tensor(good, TEXTURE, np.zeros((4, 32, 64), np.float32)), "shape [4,32"),
    "a flat one": (lambda good: with_tensor(good, TEXTURE, np.zeros(4 * 64 * 64, np.float32)), "shape [16384]"),
    "a mix of three": (lambda good: with_tensor(good, MIX, np.zeros((16, 3, 1, 1), np.float32)), "shape [16,3"),
    "a texture too many": (lambda good: with_tensor(good, "generator.surfaces.texture.3", ZEROS), "unknown"),
    "a texture with NaN": (
        lambda good: with_tensor(good, TEXTURE, np.full((4, 64, 64), np.nan, np.float16)), "NaN",
    ),
}  # fmt: skip


AMOUNTS, SUNLIT = "generator.surfaces.amounts.weight", "generator.objects.sunlit.1.weight"
MISSHAPEN_MIXED = {
    "no amounts": (lambda good: with_tensor(good, AMOUNTS, None), "no tensor"),
    "amounts without a bias": (lambda good: with_tensor(good, AMOUNTS.replace("weight", "bias"), None), "no tensor"),
    "amounts of z alone": (lambda good: with_tensor(good, AMOUNTS, np.zeros((24, 117), np.float32)), "shape [24,117]"),
    "amounts of two kinds": (lambda good: cut(good, AMOUNTS, np.s_[:8]), "needs [24,"),
    "no sunlight": (lambda good: with_tensor(good, SUNLIT, None), "no tensor"),
    "a row of sunlight": (lambda good: with_tensor(good, SUNLIT, np.zeros((1, 6), np.float32)), "shape [1,6]"),
    "sunlight without panes": (
        lambda good: with_model(good, objects=json.loads(split(good)[0]["__metadata__"]["cocogan"])["model"]["objects"]
                                | {"panes": []}), "unknown",
    ),
    "two mixed textures": (lambda good: with_model(good, mixed_textures=2), "needs [4,64,64]"),
    "none mixed": (lambda good: with_model(good, mixed_textures=0), "needs [4,64,64]"),
    "a sun with NaN": (lambda good: with_tensor(good, SUNLIT, np.full((16, 6), np.nan, np.float32)), "NaN"),
}  # fmt: skip


THINGS, THINGS_MIX = "generator.objects.textures.texture.1", "generator.objects.textures.mix.1.weight"


def cut(file: bytes, name: str, keep: tuple[slice, ...]) -> bytes:
    return with_tensor(file, name, np.ascontiguousarray(safetensors.numpy.load(file)[name][keep]))


MISSHAPEN_THINGS = {
    "no flag": (lambda good: with_model(good, object_textures=False), "unknown"),
    "no texture": (lambda good: with_tensor(good, THINGS, None), "no tensor"),
    "no mix": (lambda good: with_tensor(good, THINGS_MIX, None), "no tensor"),
    "a texel too few": (lambda good: cut(good, THINGS, np.s_[1:]), "needs ["),
    "three features": (lambda good: cut(good, THINGS, np.s_[:, :3]), ",3]; the model needs ["),
    "a flat one": (lambda good: cut(good, THINGS, np.s_[:, 0]), "needs ["),
    "a mix of three": (lambda good: cut(good, THINGS_MIX, np.s_[:, :3]), "shape [16,3"),
    "a mix for a neighbour": (lambda good: with_tensor(good, THINGS_MIX, np.zeros((16, 4, 3, 3), np.float32)), "4,3,3"),
    "a texture too fine": (
        lambda good: with_tensor(good, THINGS.replace(".1", ".4"), np.zeros((4, 4), np.float32)), "unknown",
    ),
    "one level less": (
        lambda good: with_model(good, grid=json.loads(split(good)[0]["__metadata__"]["cocogan"])["model"]["grid"]
                                | {"levels": 3}), "unknown",
    ),
    "an infinite mix": (
        lambda good: with_tensor(good, THINGS_MIX, np.full((16, 4, 1, 1), np.inf, np.float16)), "infinity",
    ),
}  # fmt: skip


TILES, TILES_MIX = "generator.objects.tiles.texture", "generator.objects.tiles.mix.1.weight"


def tiled(file: bytes) -> list[dict]:
    return json.loads(split(file)[0]["__metadata__"]["cocogan"])["model"]["objects"]["tilings"]


def with_tiled(file: bytes, tilings: list[dict]) -> bytes:
    objects = json.loads(split(file)[0]["__metadata__"]["cocogan"])["model"]["objects"]
    return with_model(file, objects=objects | {"tilings": tilings})


MISSHAPEN_TILES = {
    "no tiles": (lambda good: with_tensor(good, TILES, None), "no tensor"),
    "no mix": (lambda good: with_tensor(good, TILES_MIX, None), "no tensor"),
    "a mix without a bias": (lambda good: with_tensor(good, TILES_MIX.replace("weight", "bias"), None), "no tensor"),
    "a texel too few": (lambda good: cut(good, TILES, np.s_[1:]), "needs ["),
    "three features": (lambda good: cut(good, TILES, np.s_[:, :3]), ",3]; the model needs ["),
    "a mix of three": (lambda good: cut(good, TILES_MIX, np.s_[:48]), "shape [48,96]"),
    "a stage too many": (lambda good: with_tensor(good, TILES_MIX.replace(".1.", ".4."), ZEROS), "unknown"),
    "a tiling too few": (lambda good: with_tiled(good, tiled(good)[1:]), "needs ["),
    "none": (lambda good: with_tiled(good, []), "unknown"),
    "an infinite mix": (lambda good: with_tensor(good, TILES_MIX, np.full((64, 96), np.inf, np.float16)), "infinity"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("checkpoint", "misshapen"),
    [
        ("textures_checkpoint", MISSHAPEN),
        ("mixed_checkpoint", MISSHAPEN_MIXED),
        ("object_textures_checkpoint", MISSHAPEN_THINGS),
        ("object_textures_checkpoint", MISSHAPEN_TILES),
    ],
)
def test_misshapen_tensors_are_refused_as_by_python(checkpoint, misshapen, request, tmp_path):
    whole = request.getfixturevalue(checkpoint).read_bytes()
    files = [make(whole) for make, _ in misshapen.values()]
    for name, file, words in zip(misshapen, files, refusals(files), strict=True):
        assert misshapen[name][1] in words, (name, words)
        assert not words.startswith("CRASH"), words
        (tmp_path / "x.safetensors").write_bytes(file)
        assert not read_by_python(tmp_path / "x.safetensors"), name


@pytest.fixture(scope="session")
def good(tiny_checkpoint):
    return tiny_checkpoint.read_bytes()


@pytest.mark.parametrize("name", ["rooms", "objects", "textures", "mixed", "object_textures"])
def test_good_ones_are_read(good, name, request):
    assert refusals([good, request.getfixturevalue(f"{name}_checkpoint").read_bytes()]) == [""] * 2


def test_python_refuses_the_same(good, tmp_path):
    """All but what other models ask for, which only the page does not show."""
    for name, (make, _) in HOSTILE.items():
        (tmp_path / "x.safetensors").write_bytes(make(good))
        assert not read_by_python(tmp_path / "x.safetensors"), name


def test_hostile_ones_are_refused_in_one_line(good):
    files = [make(good) for make, _ in HOSTILE.values()]
    for name, words in zip(HOSTILE, refusals(files), strict=True):
        assert HOSTILE[name][1] in words, (name, words)
        assert "\n" not in words
        assert not words.startswith("CRASH"), words


def read_by_python(path) -> bool:
    try:
        load_generator(load_checkpoint(path))
    except CocoganError:
        return False
    return True


EDITED = READ.replace("of data)", "of data.edits)").replace(
    'const b = Buffer.from(text, "base64");',
    "const b = Buffer.from(bytes(data.path)); for (const [at, byte] of text) b[at] = byte;",
)


def test_nothing_is_read_that_python_refuses(good, tmp_path, tiny_checkpoint):
    """Bytes of header and metadata changed at random."""
    rng = np.random.default_rng(1)
    (length,) = struct.unpack("<Q", good[:8])
    letters = np.frombuffer(b'0123456789-[]{}",:.eabtruFl ', np.uint8)
    edits = [
        [(int(rng.integers(0, 8 + length)), int(rng.choice(letters))) for _ in range(rng.integers(1, 3))]
        for _ in range(200)
    ]
    said = javascript(EDITED, {"path": str(tiny_checkpoint), "edits": edits})
    assert not [words for words in said if words.startswith("CRASH")]
    read = [edit for edit, words in zip(edits, said, strict=True) if not words]
    assert 3 < len(read) < 197
    path = tmp_path / "x.safetensors"
    for edit in read:
        file = bytearray(good)
        for at, byte in edit:
            file[at] = byte
        path.write_bytes(file)
        assert read_by_python(path), edit


MODELS = """
async function main() {
  const { readModel } = await load("state/model_config.js");
  const { parseJson } = await load("state/json_text.js");
  const { Problem } = await load("state/problem.js");
  return data.map((text) => {
    try {
      readModel(parseJson(text));
      return "";
    } catch (error) {
      return error instanceof Problem ? error.message : "CRASH " + error.stack;
    }
  });
}
"""  # fmt: skip
ODD = (
    0,
    1,
    -1,
    0.5,
    0.0,
    1e3,
    999.5,
    -999.5,
    1e-7,
    True,
    None,
    "",
    "-",
    "ellipsoid",
    "light.sun",
    "-shelf.kind",
    [],
    {},
)


def replaced(rng: np.random.Generator, value: object) -> object:
    """With something else at one random place."""
    if not isinstance(value, dict | list | tuple) or not value or rng.random() < 0.1:
        return ODD[rng.integers(len(ODD))]
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = keys[int(rng.integers(len(keys)))]
    after = dict(value) if isinstance(value, dict) else list(value)
    after[key] = replaced(rng, value[key])
    return after


@pytest.mark.parametrize(("checkpoint", "count"), [("objects_checkpoint", 400), ("upright_objects_checkpoint", 40)])
def test_objects_are_read_just_where_python_reads_them(checkpoint, count, request):
    rng = np.random.default_rng(2)
    file = request.getfixturevalue(checkpoint).read_bytes()
    model = json.loads(split(file)[0]["__metadata__"]["cocogan"])["model"]
    if (
        request.getfixturevalue("objects_checkpoint").read_bytes() != file
    ):  # of many objects a few, with all the numbers
        few = ("window", "pane.front", "curtain")
        objects = [one for one in model["objects"]["objects"] if one["name"].startswith(few)]
        fronts = [one["row"] for one in objects if one["front"]]
        tilings = [one for one in model["objects"]["tilings"] if one["row"] in fronts]
        assert tilings
        model["objects"] |= {"objects": objects, "tilings": tilings}
    changed = [model | {"objects": replaced(rng, model["objects"])} for _ in range(count)]
    said = javascript(MODELS, [json.dumps(one) for one in changed])
    assert not [words for words in said if words.startswith("CRASH")]
    assert count / 16 < said.count("") < 7 * count / 8
    for one, words in zip(changed, said, strict=True):
        assert (words == "") == model_read_by_python(one), (one["objects"], words)


def model_read_by_python(model: dict) -> bool:
    try:
        ModelConfig.from_json(model)
    except (CocoganError, TypeError):  # a setting is missing, which load_checkpoint refuses in words
        return False
    return True
