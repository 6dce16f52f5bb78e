from pathlib import Path

from connector.practice.doubts import page

PAGE = Path(__file__).parents[2] / "docs" / "unproved.md"


def test_the_page_of_what_is_not_proved_is_the_one_the_tables_make() -> None:
    assert PAGE.read_text() == page(), "make it anew: python -m connector.practice.doubts > docs/unproved.md"
