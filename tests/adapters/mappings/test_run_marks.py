"""The fields in which a run leaves its mark: named in the mapping, made by setup, written by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.adapters.mappings import load
from connector.core.records import Side
from connector.core.wanted import MOMENT, wanted
from connector.demo.agreement import lay_out_for
from connector.errors import FixConfiguration


def with_marks(folder: Path, text: str) -> Path:
    laid = lay_out_for(None, folder / "mappings")
    file = laid / "person.yaml"
    file.write_text(file.read_text() + f"\nrun_marks: {text}\n")
    return laid


def test_both_sides_get_a_field_of_their_own(tmp_path: Path) -> None:
    agreement = load(with_marks(tmp_path, "{hubspot: accord_run_at, salesforce: Accord_Run_At__c}"))
    assert agreement.person.run_marks == {Side.HUBSPOT: "accord_run_at", Side.SALESFORCE: "Accord_Run_At__c"}
    made = {(w.object, w.name): w for side in Side for w in wanted(agreement, side)}
    for place in (("contact", "accord_run_at"), ("Lead", "Accord_Run_At__c"), ("Contact", "Accord_Run_At__c")):
        assert (made[place].kind, made[place].own) == (MOMENT, True)
    assert "accord_run_at" in agreement.person.hubspot_fields()
    assert "Accord_Run_At__c" in agreement.person.salesforce_fields("Lead")


def test_one_side_alone_will_do_and_none_is_the_default(tmp_path: Path) -> None:
    assert load(with_marks(tmp_path, "{hubspot: accord_run_at}")).person.run_marks == {Side.HUBSPOT: "accord_run_at"}
    assert not load(lay_out_for(None, tmp_path / "plain")).person.run_marks


@pytest.mark.parametrize("text", ["{hubspot: city}", "{elsewhere: x}", "soon"])
def test_a_field_that_is_mapped_already_and_what_means_nothing_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FixConfiguration):
        load(with_marks(tmp_path, text))
