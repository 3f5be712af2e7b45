"""Readers of strangers' files, second part: sky boxes, caches, LMDB folders and OpenEXR pictures."""

import faulthandler
import hashlib
import io
import multiprocessing
import resource
import signal
import time
import zipfile

import numpy as np
import safetensors.numpy
from hypothesis import strategies as st
from PIL import Image

from cocogan_core.data.sources.archives import _archive
from cocogan_core.data.sources.image_io import UnusablePicture, read_picture
from cocogan_core.data.sources.lmdb_pictures import FILE, LmdbPicture, _environment, read_keys
from cocogan_core.data.sources.matterport import Matterport3D
from cocogan_core.inference import graph_cache
from cocogan_core.metrics import frechet
from tests.fuzz.failure import FailureError
from tests.fuzz.strategies import changed_bytes
from viewer.streaming.directions import cached_directions

CPU_S = 20
FORK = multiprocessing.get_context("fork")  # it has all that a reader was told


class Apart:
    """A reader in a process of its own, as the program has it: one that is killed is a picture that is left out."""

    def __init__(self, read):
        self._read, self._pipe, self._process = read, None, None

    def __call__(self, given):
        if self._process is None or not self._process.is_alive():
            self._pipe, end = FORK.Pipe()
            self._process = FORK.Process(target=self._serve, args=(end,), daemon=True)
            self._process.start()
            end.close()
        try:
            self._pipe.send(given)
            outcome = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            if self._process.exitcode == -signal.SIGXCPU:
                raise FailureError("hang") from None
            raise UnusablePicture("killed the process that read it") from None
        if outcome is not None:
            raise outcome

    def _serve(self, pipe):
        faulthandler.disable()  # its death is no news
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        while True:
            given, outcome = pipe.recv(), None
            spent_s = round(time.process_time())
            resource.setrlimit(resource.RLIMIT_CPU, (spent_s + CPU_S, resource.RLIM_INFINITY))
            try:
                self._read(given)
            except Exception as error:
                outcome = error
            pipe.send(outcome)


def sky_boxes(folder, sound):
    """Matterport3D's folders and zips: a face, the strip or the archive changed."""
    rng, files = np.random.default_rng(0), {}
    for view, names in (("a" * 32, [f"_skybox{face}_sami" for face in range(6)]), ("b" * 32, ["_skybox_small"])):
        for name in names:
            file, width = io.BytesIO(), 16 if "sami" in name else 96
            Image.fromarray(rng.integers(0, 255, (16, width, 3), np.uint8)).save(file, "JPEG")
            files[f"scan/matterport_skybox_images/{view}{name}.jpg"] = file.getvalue()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    boxes, packed = folder / "boxes", folder / "boxes.zip"

    def read(given):
        name, content = given
        if name:
            for known, sound_content in files.items():
                path = boxes / known
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if known == name else sound_content)
        else:
            packed.write_bytes(content)
            _archive.cache_clear()
        source = Matterport3D(src=boxes if name else packed, out=folder / "out", width=48, height=16, workers=1)
        for picture in source.find().pictures:
            try:
                made = source.load(picture)
            except UnusablePicture:
                continue
            if made.images[0].shape != (16, 48, 3) or made.images[0].dtype != np.uint8:
                raise FailureError("absurd")

    of_files = st.sampled_from(sorted(files)).flatmap(lambda name: st.tuples(st.just(name), changed_bytes(files[name])))
    return of_files | st.tuples(st.just(""), changed_bytes(archive.getvalue())), read


def caches(folder, sound):
    """What is kept between starts: graphs, principal directions, moments of reference pictures. Thumbnails are not."""
    graph = b"a graph " * 40
    unit = np.eye(3, 12, dtype=np.float32)
    moments = {"mean": np.zeros(4), "factor": np.eye(4), "count": np.array(8)}
    cached_directions(sound, folder, shape=(3, 12), method=1, work_out=lambda _: unit)
    (directions,) = folder.glob("directions-*")
    files = {
        "graph": hashlib.sha256(graph).digest() + graph,
        "directions": directions.read_bytes(),
        "moments": safetensors.numpy.save(moments),
    }

    def read(given):
        name, content = given
        (directions if name == "directions" else folder / name).write_bytes(content)
        if name == "graph":
            if graph_cache._read(folder / name) not in (graph, None):
                raise FailureError("absurd")
        elif name == "directions":
            found, said = cached_directions(sound, folder, shape=(3, 12), method=1, work_out=lambda _: unit)
            if found.shape != unit.shape or not np.isfinite(found).all() or len(said) > 2000:
                raise FailureError("absurd")
        else:
            kept = frechet._read_moments(folder / name)
            if kept is not None and not np.isfinite(frechet.frechet_distance(kept, kept)):
                raise FailureError("absurd")

    return st.sampled_from(sorted(files)).flatmap(
        lambda name: st.tuples(st.just(name), changed_bytes(files[name]))
    ), read


def lmdb_folders(folder, sound):
    """LSUN's LMDB folders."""
    import lmdb

    place, rng = folder / "lmdb", np.random.default_rng(0)
    with lmdb.open(str(place), map_size=1 << 20) as environment, environment.begin(write=True) as transaction:
        for number in range(40):
            transaction.put(f"{number:040x}".encode(), rng.bytes(30 if number % 4 else 5000))
    content = (place / FILE).read_bytes()

    def read(given):
        (place / FILE).write_bytes(given)
        _environment.cache_clear()
        for key in read_keys(place)[:100]:
            try:
                LmdbPicture(place, key).read()
            except UnusablePicture:
                continue

    used = content[: len(content.rstrip(b"\0")) + 8]
    return changed_bytes(used), Apart(read)


def exr_pictures(folder, sound):
    """OpenEXR pictures, scan lines compressed in two ways."""
    import OpenEXR

    rng, files, path = np.random.default_rng(0), [], folder / "x.exr"
    for compression in (OpenEXR.ZIP_COMPRESSION, OpenEXR.NO_COMPRESSION, OpenEXR.PIZ_COMPRESSION):
        header = {"compression": compression, "type": OpenEXR.scanlineimage}
        with OpenEXR.File(header, {"RGB": rng.random((16, 32, 3)).astype(np.float16)}) as file:
            file.write(str(path))
        files.append(path.read_bytes())

    def read(given):
        path.write_bytes(given)
        image = read_picture(path)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise FailureError("absurd")

    return st.sampled_from(files).flatmap(changed_bytes), Apart(read)


MORE_READERS = {one.__name__: one for one in (sky_boxes, caches, lmdb_folders, exr_pictures)}
