"""Two-way translations of one value, one kind a file. All keep four laws, tested in tests/core/lenses:

1. ``same(h, to_salesforce(h))`` and ``same(to_hubspot(s), s)`` wherever the translation is possible;
2. ``predict`` of a prediction changes nothing;
3. ``same`` judges a value as it judges what the side makes of it;
4. ``same`` never raises, and blanks are the same only as blanks.
"""

from connector.core.lenses.choices import BandLens, PicklistLens, VocabularyLens
from connector.core.lenses.flags import BooleanLens, ConsentLens
from connector.core.lenses.multi_select import MultiSelectLens
from connector.core.lenses.numbers import CurrencyLens, NumberLens
from connector.core.lenses.owner import Directory, OwnerLens
from connector.core.lenses.places import CountryLens, Form, StateLens
from connector.core.lenses.text import EmailLens, PhoneLens, TextLens, UrlLens
from connector.core.lenses.times import DateLens, DatetimeLens

__all__ = [
    "BandLens",
    "BooleanLens",
    "ConsentLens",
    "CountryLens",
    "CurrencyLens",
    "DateLens",
    "DatetimeLens",
    "Directory",
    "EmailLens",
    "Form",
    "MultiSelectLens",
    "NumberLens",
    "OwnerLens",
    "PhoneLens",
    "PicklistLens",
    "StateLens",
    "TextLens",
    "UrlLens",
    "VocabularyLens",
]
