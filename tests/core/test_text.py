import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cocogan_core.errors import CheckpointError
from cocogan_core.text import LONGEST_MESSAGE, printable

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=600)  # lone surrogates too
UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


@given(ANY, st.integers(3, 300))
def test_nothing_but_what_can_be_seen_gets_through(text, most):
    shown = printable(text, most)
    assert len(shown) <= most
    assert not {unicodedata.category(character) for character in shown} & UNSEEN
    assert shown.encode().decode() == shown
    assert printable(shown, most) == shown


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=200))
def test_ordinary_text_in_any_script_stays_as_it_is(text):
    assert printable(text) == text


def test_both_ends_of_what_is_long_can_be_read():
    shown = printable("/home/" + "x" * 5000 + "/room.safetensors")
    assert len(shown) == 200
    assert shown.startswith("/home/")
    assert shown.endswith("/room.safetensors")


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nb", "\u202egnp.exe", "\udcff", "\x9b31m"])
def test_every_message_for_the_user_is_one_line_of_seen_characters(name):
    shown = str(CheckpointError(f"{name} does not exist"))
    assert name not in shown
    assert shown == printable(shown)
    assert len(str(CheckpointError(name * 5000))) <= LONGEST_MESSAGE


@given(ANY)
def test_a_console_of_ours_shows_markup_as_it_is(text):
    shown = printable(f"[bold]{text}[/x] :smile:", 700)
    file = io.StringIO()
    Console(file=file, width=10_000, markup=False, emoji=False, highlight=False).print(shown, end="")
    assert file.getvalue().rstrip() == shown.rstrip()
