import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.json_text import parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)  # fmt: skip


@given(VALUES)
def test_what_was_written_comes_back(value):
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("NaN", "finite"),
        ("[-Infinity]", "finite"),
        ("1e999", "finite"),
        ("1" * 400, "finite"),
        ("1" * 10_000, "finite"),
        (str(2**63), "within"),
        ('{"a": 1, "\\u0061": 2}', "'a' stands there twice"),
        ('{"x": {"\\u001b": 1, "\\u001b": 2}}', "x1b"),
        ("[" * 34 + "]" * 34, "deeper"),
        ("[" * 100_000 + "]" * 100_000, "deeper"),
        (b"\xff", "utf-8"),
        ("", "Expecting"),
        ("{'a': 1}", "Expecting"),
        (" " * 9_000_000, "9000000 bytes"),
    ],
)  # fmt: skip
def test_what_could_surprise_a_reader_is_refused(text, word):
    with pytest.raises(ValueError, match=word) as caught:
        parse_json(text)
    assert len(str(caught.value)) < 300


def test_what_is_just_shallow_enough_is_read():
    assert parse_json("[" * 32 + "]" * 32)
