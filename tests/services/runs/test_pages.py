"""The pages that a walk hands over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.errors import TryAgain
from connector.services.runs.collecting import PAGE, Page, gathered
from connector.services.runs.store import Row


def _rows(count: int) -> list[Row]:
    return [{"subject": str(n)} for n in range(count)]


def _pages(*sizes: int) -> Iterator[Page]:
    rows, taken = _rows(sum(sizes)), 0
    for number, size in enumerate(sizes, 1):
        yield Page(rows[taken : taken + size], {"phase": 0, "after": number})
        taken += size


def test_rows_come_in_pages_of_the_size_of_a_round_and_the_cursor_never_passes_one_that_is_held() -> None:
    found = list(gathered(_pages(*[199] * 11)))
    assert [len(page.rows) for page in found] == [PAGE, PAGE, 11 * 199 - 2 * PAGE]
    assert [row["subject"] for page in found for row in page.rows] == [str(n) for n in range(11 * 199)]
    assert [page.cursor["after"] for page in found] == [5, 10, 11]


def test_a_first_page_that_is_longer_is_not_cut() -> None:
    found = list(gathered(_pages(1987, 300)))
    assert [(len(page.rows), page.cursor["after"]) for page in found] == [(1987, 1), (300, 2)]


def test_what_came_before_a_call_that_failed_is_given() -> None:
    def failing() -> Iterator[Page]:
        yield from _pages(20)
        raise TryAgain("hubspot", "busy")

    pages = gathered(failing())
    assert len(next(pages).rows) == 20
    with pytest.raises(TryAgain):
        next(pages)
