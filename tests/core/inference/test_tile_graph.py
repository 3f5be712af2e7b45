"""Tiles on objects' fronts: graphs against their torch modules, by themselves and on every level."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from test_graph import CONFIGS as GRAPHS
from test_graph import OBJECTS, onnx_engine
from test_shadow_graph import lit_z, require_as_torch, strong

from cocogan_core.checkpoint import BYTE_SHARES
from cocogan_core.errors import CheckpointError
from cocogan_core.inference.export_graph import export_graph
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_request import GraphRequest
from cocogan_core.inference.object_weights import TileWeights
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.tile_graph import TiledBoxes, tile_mixes, tile_table, tiled, tiled_boxes
from cocogan_core.inference.weights import Layer
from cocogan_core.models.dimensions import PAINT_WIDTH, TEXTURE_GAIN, TILED_FROM
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.tile_textures import TilePlaces, TileTextures, tile_rates
from tests.core.models.test_tile_textures import TILED, TILES, sides_of

CONFIGS = {name: GRAPHS[name] for name in ("compact with tiles", "compact with tiles and no rank")}
EVERYTHING, *_ = CONFIGS.values()
STAGE, WIDTH, SIZE, CELL_RAD = TILED_FROM, 5, (40, 80), 0.002


def in_bytes(checkpoint):
    """With a table as of a checkpoint that holds bytes."""
    table = checkpoint.generator["objects.tiles.texture"]
    rounded = (np.round(table * (BYTE_SHARES / abs(table).max())) / BYTE_SHARES).astype(np.float32)
    return replace(checkpoint, generator={**checkpoint.generator, "objects.tiles.texture": rounded})


def noise(*shape, low, high):
    return torch.rand(1, *shape, *SIZE) * (high - low) + low


def run(b, term, **inputs):
    b.output("made", term.name, ["n", "c", "h", "w"])
    session = onnxruntime.InferenceSession(b.finish({}), providers=["CPUExecutionProvider"])
    return session.run(None, {name: x.numpy() for name, x in inputs.items()})[0]


@pytest.mark.parametrize("bytes_", [False, True])
def test_places_on_fronts_of_all_sizes_look_as_the_module_says(bytes_):
    torch.manual_seed(2)
    module, sides = TileTextures(TILES.tables, [WIDTH] * (STAGE + 1)), sides_of(3, rooms=1)
    for tensor in module.parameters():
        torch.nn.init.normal_(tensor, std=0.3)
    with torch.no_grad():
        if bytes_:
            module.texture.copy_((module.texture * BYTE_SHARES).round().clamp(-BYTE_SHARES, BYTE_SHARES) / BYTE_SHARES)
    which, axis = torch.randint(sides.shape[1], (1, *SIZE)), torch.randint(3, (1, *SIZE))
    place, distance, cover = noise(2, low=-2.2, high=2.2), noise(1, low=0.5, high=8), noise(1, low=0.0, high=1.0)
    hidden = torch.rand(1, PAINT_WIDTH) - 0.5
    flags = torch.nn.functional.one_hot(which, sides.shape[1]).movedim(-1, 1).float()

    with torch.no_grad():
        places = TilePlaces.of(
            TILES, tile_rates(TILES, sides), which, axis=axis, place=place, cell_m=distance[:, 0] * CELL_RAD
        )
        expected = module(hidden, places, cover[:, 0], STAGE)
        b, table = GraphBuilder(), module.texture.numpy()
        given = {"sides": sides[0], "flags": flags, "place": place, "distance": distance, "cover": cover}
        terms = {name: Term(b, b.input(name, x.shape)) for name, x in given.items()}
        boxes = TiledBoxes.of(tiled_boxes(ObjectScene.of(TILED), TILES, terms["sides"]).chosen(terms["flags"], SIZE))
        fades = [axis == k for k in range(3)]
        fade = Term.constant(b, fades[0].numpy()[None]).where(
            boxes.tiles.fades[0], Term.constant(b, fades[1].numpy()[None]).where(*boxes.tiles.fades[1:])
        )
        shown = (fade * terms["distance"] * CELL_RAD + 1.5).clip(0.0, 1.0) * terms["cover"]
        gain = np.float32(TEXTURE_GAIN / BYTE_SHARES if bytes_ else TEXTURE_GAIN)
        weights = TileWeights(
            np.round(table * BYTE_SHARES).astype(np.int8) if bytes_ else table,
            {STAGE: Layer(*(x.detach().numpy() * gain for x in (module.mix[0].weight, module.mix[0].bias)))},
        )
        seen = tiled(tile_table(b, TILES, weights), boxes.tiles, place=terms["place"], shown=shown)
        mixes = tile_mixes(weights, Term.constant(b, hidden.numpy()))
        made = run(b, mixes[STAGE].chosen(seen, SIZE), **given)
    assert expected.std() > 0.5
    assert (places.shown > 0).float().mean() > 0.1
    assert np.abs(made - expected.numpy()).max() < 0.01


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("stored", ["floats", "bytes"])
def test_the_graph_makes_what_the_module_makes(name, stored):
    require_as_torch(CONFIGS[name], in_bytes if stored == "bytes" else None)


@pytest.mark.parametrize("name", CONFIGS)
def test_pictures_depend_on_them(name):
    """Or what the tests above hold would hold without them."""
    checkpoint, z = strong(CONFIGS[name]), lit_z(CONFIGS[name])
    without = {key: x * 0 if "objects.tiles.mix" in key else x for key, x in checkpoint.generator.items()}
    engines = onnx_engine(checkpoint), onnx_engine(replace(checkpoint, generator=without))
    below = [engine.base(z, (1, 10), (1, 1))[1][0] for engine in engines]
    made, plain = (  # of the picture
        engine.fine(z, (6, 42), (2, 2), 2, features) for engine, features in zip(engines, below, strict=True)
    )
    assert np.abs(made.astype(int) - plain).max() > 20


def test_bytes_stay_bytes_in_graphs():
    checkpoint = strong(EVERYTHING)
    request = GraphRequest("fine", 3)
    floats, few = (len(build_graph(one, request)) for one in (checkpoint, in_bytes(checkpoint)))
    entries = checkpoint.generator["objects.tiles.texture"].size * 4  # with its neighbours
    assert floats - few == pytest.approx(3 * entries, abs=200)


@pytest.mark.parametrize(
    ("request_", "stages"),
    [
        (GraphRequest("base"), ()),
        (GraphRequest("fine", 1), (4,)),
        (GraphRequest("fine", 3), (4, 5, 6)),
    ],
)
def test_graphs_ask_for_what_their_stages_need(request_, stages):
    graph = onnx.load_from_string(build_graph(strong(EVERYTHING), request_)).graph
    asked = {entry.name for entry in graph.input if entry.name.startswith("tile")}
    assert asked == {*(["tiles"] if stages else []), *(f"tile_mix_{stage}" for stage in stages)}


@pytest.mark.parametrize("level", [0, 3])
def test_an_exported_model_works_it_all_out(level):
    checkpoint, z, cell = strong(EVERYTHING), lit_z(EVERYTHING), (1, 10)
    exported = export_graph(checkpoint, level)
    onnx.checker.check_model(onnx.load_from_string(exported), full_check=True)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    at = cell[0] << level, cell[1] << level
    (made,) = session.run(["patches"], {"z": z, "ids": np.array([at])})
    engine = onnx_engine(checkpoint)
    patches, features = engine.base(z, cell, (1, 1))
    expected = engine.fine(z, at, (1, 1), level, features[0]) if level else patches
    assert np.abs(made.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("key", ["objects.tiles.texture", "objects.tiles.mix.1.weight", "objects.tiles.mix.0.bias"])
def test_tensors_that_do_not_fit_are_named(key):
    checkpoint = strong(EVERYTHING)
    without = {name: tensor for name, tensor in checkpoint.generator.items() if name != key}
    for tensors, words in ((without, f"{key} is missing"), ({**without, key: np.zeros(3, np.float32)}, "has shape")):
        with pytest.raises(CheckpointError, match=words):
            onnx_engine(replace(checkpoint, generator=tensors))
    plain = strong(OBJECTS)
    with pytest.raises(CheckpointError, match=f"{key} is not part"):
        onnx_engine(replace(plain, generator={**plain.generator, key: checkpoint.generator[key]}))
