"""Every reader of strangers' files: a strategy of what it is given, and what it does with that.

A reader may take a file or refuse it in one clear line; anything else is a failure.
"""

import io
import json
import resource
import time
import zipfile

import numpy as np
import safetensors.numpy
import safetensors.torch
from hypothesis import strategies as st
from PIL import Image

from cocogan_core import checkpoint
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.sources.archives import _archive, members
from cocogan_core.data.sources.image_io import UnusablePicture, decode_picture, read_picture
from cocogan_core.data.sources.labels import read_labels
from cocogan_core.errors import CocoganError
from cocogan_core.metrics.curves import read_curve
from cocogan_core.text import LONGEST_MESSAGE, printable
from cocogan_core.training.logger import MetricLogger
from cocogan_core.training.resume import Resumable
from tests.fuzz.failure import FailureError
from tests.fuzz.more_readers import MORE_READERS
from tests.fuzz.strategies import changed_bytes, changed_json
from viewer.state.recipe import Recipe
from viewer.state.settings import load

HANG_S = 20.0
MEMORY_BYTES = 1_500_000_000


def most_memory():
    """The most bytes that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def attempt(read, given):
    """Whether a reader took what it was given; FailureError unless it took it or refused it in one clear line."""
    began, most_before = time.process_time(), most_memory()
    try:
        read(given)
        taken = True
    except (CocoganError, UnusablePicture) as refusal:
        line, taken = str(refusal), False
        if not line or len(line) > LONGEST_MESSAGE or line != printable(line, LONGEST_MESSAGE):
            raise FailureError(f"unclear: {line!r}") from refusal
    except Exception as error:
        raise FailureError(f"traceback: {type(error).__name__}: {printable(error)}") from error
    if time.process_time() - began > HANG_S:
        raise FailureError("hang")
    if max(MEMORY_BYTES, most_before) < most_memory():  # other tests of this process may have taken more
        raise FailureError("memory")
    return taken


def checkpoints(folder, sound):
    """Checkpoints with changed bytes, or with changed metadata; tensors cut off, or one that is not a number."""
    content, path = sound.read_bytes(), folder / "x.safetensors"
    header_end = 8 + int.from_bytes(content[:8], "little")
    header, body = json.loads(content[8:header_end]), content[header_end:]
    with safetensors.safe_open(sound, "numpy") as file:
        stated = json.loads(file.metadata()["cocogan"])

    def with_metadata(text):
        whole = json.dumps(header | {"__metadata__": {"cocogan": text}}).encode()
        return len(whole).to_bytes(8, "little") + whole

    def read(given):
        kind, cut, at, content = given
        tensors = bytearray(body[: len(body) - cut])
        tensors[at : at + 4 * (at > 0)] = b"\xff" * 4 * (at > 0)  # not a number
        head = with_metadata(content.decode("utf-8", "replace")) if kind == "metadata" else content
        path.write_bytes(content if kind == "file" else head + tensors)
        metadata = checkpoint.load_checkpoint(path).metadata
        if metadata.model.grid.rows * metadata.model.grid.columns > 4096:
            raise FailureError("absurd")

    # hypothesis keeps what it has generated: the tensors stay out of it
    odd = st.just(0) | st.integers(0, 99), st.just(0) | st.integers(0, len(body) - 99)
    heads = st.tuples(st.just("head"), *odd, changed_bytes(content[:header_end]))
    return heads | st.tuples(st.just("metadata"), *odd, changed_json(stated).map(str.encode)), read


def recipes(folder, sound):
    """Saved rooms."""
    plain = {
        "format": 1, "checkpoint": {"path": "rooms.safetensors", "sha256": "0" * 64},
        "room": {"seed": 1, "z": [0.5] * 12, "along": [0.0], "locked": [1]},
        "view": {"yaw_rad": 0.0, "pitch_rad": 0.0, "fov_rad": 1.5, "lens": "rectilinear"},
        "picture": {"width_px": 640, "height_px": 360},
    }  # fmt: skip

    def read(given):
        line = Recipe.parse(given.decode("utf-8", "replace"), "the text").line()
        if Recipe.parse(line, "the text").line() != line:
            raise FailureError("absurd: what is written is not what is read")

    return changed_json(plain).map(str.encode) | changed_bytes(json.dumps(plain).encode()), read


def pictures(folder, sound):
    """JPEG, PNG, WebP and Radiance files."""
    rng = np.random.default_rng(0)
    pixels, files = Image.fromarray(rng.integers(0, 255, (16, 32, 3), np.uint8)), []
    for kind in ("JPEG", "PNG", "WEBP"):
        file = io.BytesIO()
        pixels.save(file, kind)
        files.append(("x.jpg", file.getvalue()))
    files.append(("x.hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 16\n" + bytes(4 * 8 * 16)))

    def read(given):
        name, content = given
        (folder / name).write_bytes(content)
        image = read_picture(folder / name)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise FailureError("absurd")

    return st.sampled_from(files).flatmap(lambda file: st.tuples(st.just(file[0]), changed_bytes(file[1]))), read


def zips(folder, sound):
    """Zip archives with pictures."""
    file, picture, path = io.BytesIO(), io.BytesIO(), folder / "x.zip"
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    with zipfile.ZipFile(file, "w") as archive:
        for number, method in enumerate(
            (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        ):
            archive.writestr(f"a/{number}.jpg", picture.getvalue(), method)

    def read(given):
        path.write_bytes(given)
        _archive.cache_clear()
        for member in members(path):
            if not isinstance(member, tuple):
                try:
                    decode_picture(member.read())
                except UnusablePicture:
                    continue

    return changed_bytes(file.getvalue()), read


def data_sets(folder, sound):
    """Data-set folders: the index, a shard or the parameters changed; labels and live rooms."""
    about = {
        "format": 1, "projection": {"kind": "mercator", "half_extent_rad": 0.9}, "height_px": 4, "width_px": 12,
        "source": "test", "licence": "", "latent_names": ["a.b"], "recipe": {}, "levels": 1, "count": 2,
        "shards": [{"file": "images_00000.npy", "count": 2, "names": ["a", "b"], "columns": [12, 12]}],
    }  # fmt: skip
    live = {
        "format": 1,
        "style": "plain",
        "width_px": 96,
        "projection": about["projection"],
        "source": "x",
        "licence": "",
    }
    arrays = {"images_00000.npy": np.zeros((2, 4, 12, 3), np.uint8), "parameters.npy": np.zeros((2, 1), np.float32)}
    files = {"dataset.json": json.dumps(about).encode()}
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        files[name] = file.getvalue()
    labels = {"names": '["a.b"]', "pictures": '["a", "b"]'}
    files["parameters.safetensors"] = safetensors.numpy.save({"parameters": arrays["parameters.npy"]}, labels)
    files["live_rooms.json"] = json.dumps(live).encode()

    def read(given):
        name, content = given
        for known, sound_content in files.items():
            (folder / known).write_bytes(sound_content)
        (folder / name).write_bytes(content)
        if name == "live_rooms.json":
            LiveRooms.open(folder)
        elif name == "parameters.safetensors":
            read_labels(folder)
        else:
            dataset = ImageDataset.open(folder)
            if dataset.count:
                dataset.image(0).sum(), dataset.projection, dataset.names, dataset.columns

    of_bytes = st.sampled_from(sorted(files)).flatmap(lambda name: st.tuples(st.just(name), changed_bytes(files[name])))
    of_index = st.tuples(st.just("dataset.json"), changed_json(about).map(str.encode))
    return of_bytes | of_index | st.tuples(st.just("live_rooms.json"), changed_json(live).map(str.encode)), read


def states(folder, sound):
    """Training states of a small network."""
    import torch

    from cocogan_core.training.config import TrainConfig
    from cocogan_core.training.distributed import Ranks
    from cocogan_core.training.optimizer import NetworkOptimizer

    torch.manual_seed(0)
    network = torch.nn.Linear(3, 2)
    optimizer = NetworkOptimizer(network, TrainConfig(), Ranks.alone())
    optimizer.step(network(torch.ones(1, 3)).sum(), 1e-3)
    path = folder / "state.safetensors"
    resumable = Resumable(path, {"batch": 4}, 4, {"generator": network}, {"optimizer_g": optimizer})
    resumable.save(8, 0)
    content = path.read_bytes()
    tensors = safetensors.torch.load(content)  # of a copy: the file is about to change
    stated = {"format": 2, "seen": 8, "seen_before": 0, "identity": {"batch": 4}, "scalers": {"optimizer_g": {}}}

    def read(given):
        path.write_bytes(given)
        progress, _ = resumable.resume() or (None, "")
        if progress is not None and progress.seen % 4:
            raise FailureError("absurd")

    changed = changed_json(stated).map(lambda text: safetensors.torch.save(tensors, {"cocogan_state": text}))
    return changed_bytes(content) | changed, read


def logs(folder, sound):
    """Logs of runs."""
    lines = b"".join(json.dumps({"seen": seen, "G": 0.5, "D": 1.0}).encode() + b"\n" for seen in (8, 16, 24))
    line = changed_json({"seen": 8, "G": 0.5}).map(lambda text: lines + text.encode() + b"\n")

    def read(given):
        (folder / "log.jsonl").write_bytes(given)
        MetricLogger(folder, seen=16, tensorboard=False)
        if any(seen > 16 for seen, _ in read_curve(folder, "G")):
            raise FailureError("absurd")

    return changed_bytes(lines) | line, read


def settings(folder, sound):
    """The viewer's settings."""
    plain = {
        "size_px": [640, 360], "recent": ["a"], "last": "", "theme": "dark", "text_size": 1.0, "favourites": ["x"],
        "quality": "automatic", "seen_hint": True,
    }  # fmt: skip
    path = folder / "settings.json"

    def read(given):
        path.write_bytes(given)
        found, said = load(path)
        for aside in folder.glob("settings-broken-*"):
            aside.unlink()
        if not 160 <= min(found.size_px) <= max(found.size_px) <= 16384 or "\n" in printable(said):
            raise FailureError("absurd")

    return changed_bytes(json.dumps(plain).encode()) | changed_json(plain).map(str.encode), read


READERS = {
    one.__name__: one for one in (checkpoints, recipes, pictures, zips, data_sets, states, logs, settings)
} | MORE_READERS  # fmt: skip
