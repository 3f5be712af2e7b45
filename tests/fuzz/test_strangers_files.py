"""A few hundred files of strangers at every run; `make fuzz` tries ten thousand of each class."""

import pytest
from hypothesis import HealthCheck, given, settings

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
