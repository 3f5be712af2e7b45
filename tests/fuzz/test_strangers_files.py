"""A few hundred files of strangers at every run; `make fuzz` tries ten thousand of each class."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.corpus_files import CORPUS, files, packed, unpacked
from tests.fuzz.readers import READERS, attempt


@pytest.mark.parametrize("name", READERS)
@pytest.mark.filterwarnings("ignore")
def test_a_strangers_file_is_taken_or_refused_in_one_clear_line(name, tmp_path, tiny_checkpoint):
    strategy, read = READERS[name](tmp_path, tiny_checkpoint)

    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def holds(given):
        attempt(read, given)

    holds()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.filterwarnings("ignore")
def test_what_a_reader_failed_at_once_ends_as_it_should(name, tmp_path, tiny_checkpoint):
    _, read = READERS[name](tmp_path, tiny_checkpoint)
    for path in files(name):
        data = path.read_bytes()
        taken = attempt(read, unpacked(name, data))
        assert taken == (path.suffix == ".taken"), path.name
        assert packed(name, unpacked(name, data)) == data


def test_every_file_of_the_corpus_is_of_a_reader_and_says_what_becomes_of_it():
    assert {folder.name for folder in CORPUS.iterdir()} == set(READERS)
    assert {path.suffix for name in READERS for path in files(name)} == {".taken", ".refused"}
    assert all(any("sound" in path.name for path in files(name)) for name in READERS), "what the others differ from"


def test_no_input_names_a_file_of_its_own():
    with pytest.raises(ValueError, match="another name"):
        unpacked("pictures", b'["../../x.jpg"]\n')
