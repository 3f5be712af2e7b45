"""docs/licences.md says what the installed packages say."""

from scripts.dependency_licences import PAGE, page


def test_the_table_of_licences_is_of_today():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python scripts/dependency_licences.py"
