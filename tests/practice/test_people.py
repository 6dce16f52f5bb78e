"""The generated persons are the same for the same seed, whatever their number."""

from connector.practice.people import as_held, employee_band, person, places


def test_a_person_depends_on_seed_and_index_alone() -> None:
    few, many = list(places(7, 40)), list(places(7, 400))
    assert [one.person for one in few[:40]] == [one.person for one in many[:40]]
    assert person(7, 3) != person(8, 3)


def test_emails_are_unique_and_lower_case() -> None:
    emails = [one.person.email for one in places(1, 2000)]
    assert len(set(emails)) == len(emails)
    assert all(email == email.lower() and email.isascii() for email in emails)


def test_salesforce_holds_most_some_as_contacts_and_a_few_twice() -> None:
    world = list(places(1, 2000))
    shared = [one for one in world if one.in_hubspot and one.place != "none"]
    assert 0.65 < len(shared) / 2000 < 0.75
    assert 0.15 < sum(one.place == "contact" for one in shared) / len(shared) < 0.25
    assert sum(one.twin for one in world) == 5
    assert sum(not one.in_hubspot for one in world) == 100


def test_the_sides_differ_in_some_values() -> None:
    truths = [person(1, index) for index in range(300)]
    held = [(as_held(truth, "hubspot", 1), as_held(truth, "salesforce", 1)) for truth in truths]
    assert any(ours.title != theirs.title for ours, theirs in held)
    assert any(ours.phone and not theirs.phone for ours, theirs in held)
    assert any(theirs.email != theirs.email.lower() for _, theirs in held)


def test_employee_bands_are_hubspots() -> None:
    assert [employee_band(n) for n in (None, 3, 30, 5000)] == ["", "1-5", "25-50", "1000+"]
