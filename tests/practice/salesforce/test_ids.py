"""The 18-character form of an id."""

from connector.practice.salesforce.ids import IdSource, to18


def test_fifteen_characters_get_the_checksum_of_their_case() -> None:
    # An id and its long form as they stand in the vendor's own examples.
    assert to18("0018M000003uKqq") == "0018M000003uKqqQAE"
    assert to18("0054S000000JFmh") == "0054S000000JFmhQAG"


def test_an_id_that_lost_its_case_is_mended_by_its_checksum() -> None:
    assert to18("0054s000000jfmhqag") == "0054S000000JFmhQAG"


def test_what_is_no_id_gives_none() -> None:
    assert to18("") is None
    assert to18("0054S000000JFmh!") is None
    assert to18("0054S000000JFmhBAA") is None
    assert to18("a" * 16) is None


def test_new_ids_are_distinct_well_formed_and_repeatable() -> None:
    source, again = IdSource(), IdSource()
    made = [source.new("00Q") for _ in range(400)]
    assert len(set(made)) == 400
    assert made == [again.new("00Q") for _ in range(400)]
    assert all(to18(each[:15]) == each for each in made)
