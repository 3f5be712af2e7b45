import pytest
from rich.table import Table

from benchmarks.performance_page import PAGE, markdown, section

PLACES = ("levels", "level-scale", "level-memory", "level-supply", "starts")


def test_a_table_takes_the_place_of_the_one_before_and_nothing_else_changes():
    table = Table("what", "ratio")
    table.add_row("a | b", "1.00")
    page = "# A\n\n<!-- x: by y -->\n\nold\n\n<!-- end of x -->\n\n<!-- z: -->\n\nkept\n\n<!-- end of z -->\n"
    once = section(page, "x", markdown(table))
    assert "old" not in once
    assert "kept" in once
    assert "| what | ratio |\n| --- | --- |\n| a \\| b | 1.00 |" in once
    assert section(once, "x", markdown(table)) == once
    with pytest.raises(ValueError, match="no place for w"):
        section(page, "w", "")


@pytest.mark.parametrize("name", PLACES)
def test_the_page_has_a_place_for_each_benchmark(name):
    page = PAGE.read_text()
    assert "new words" in section(page, name, "new words")
