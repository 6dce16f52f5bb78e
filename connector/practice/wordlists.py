"""The short lists that practice persons and both practice schemas draw from. All invented or everyday."""

from typing import NamedTuple


class Town(NamedTuple):
    """A place with the beginning of its phone numbers; `state` is a full name, "" where there is none."""

    city: str
    state: str
    postal_code: str
    country: str
    dial: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """
    Ada Amir Anneke Basil Bianca Cem Chidi Clara Dario Delphine Edda Emeka Farah Felix Gita Goran Hana
    Hugo Ines Ivo Jonas Juno Kaito Kira Lars Leila Mateo Mira Nadia Nils Odile Omar Petra Quentin Rania
    Rolf Sanna Soren Tamsin Theo Uma Viktor Wanda Xenia Yusuf Zoé
    """
)
LAST_NAMES = _words(
    """
    Abendroth Achterberg Bramwell Brindisi Calloway Corrigan Dalgaard Delacroix Eberhart Eskola Fenwick
    Fiorelli Grunwald Guerrero Halloran Hatakeyama Ibsen Iyengar Jankowski Jardine Kowalczyk Kristofer
    Lindqvist Lockhart Marchetti Mbeki Nakagawa Northcott Okonkwo Ostrander Pemberton Petrov Quimby
    Rasmussen Ravenscroft Sandoval Strand Thackeray Trevino Ueland Vandermeer Vasquez Wexler
    Winterbourne Yamazaki Zielinski Öberg
    """
)
FIRM_HEADS = _words(
    """
    Alder Beacon Cobalt Drift Ember Fathom Granite Harbor Indigo Juniper Kestrel Lantern Meridian Nimbus
    Orchard Pinnacle Quarry Ridgeline Saffron Tidewater Umber Vantage Willow Yarrow Zephyr
    """
)
FIRM_TAILS = _words(
    """
    Analytics Bakeries Biotech Builders Foods Freight Instruments Labs Logistics Mills Networks Optics
    Partners Robotics Software Supply Systems Textiles Tools Works
    """
)
RANKS = ("Head of", "VP", "Director of", "Manager,", "Specialist,", "Chief of")
DEPARTMENTS = (
    "Marketing",
    "Operations",
    "Finance",
    "Procurement",
    "Engineering",
    "Sales",
    "Information Systems",
    "Quality",
)
STREETS = (
    "Alder Way",
    "Canal Street",
    "Foundry Lane",
    "Harbor Road",
    "Mill Street",
    "Orchard Avenue",
    "Station Road",
)
PLACES = (
    Town("Boston", "Massachusetts", "02110", "United States", "+1 617"),
    Town("Austin", "Texas", "78701", "United States", "+1 512"),
    Town("Portland", "Oregon", "97201", "United States", "+1 503"),
    Town("Columbus", "Ohio", "43215", "United States", "+1 614"),
    Town("Denver", "Colorado", "80202", "United States", "+1 303"),
    Town("Toronto", "Ontario", "M5H 2N2", "Canada", "+1 416"),
    Town("Vancouver", "British Columbia", "V6B 1A1", "Canada", "+1 604"),
)
# Salesforce's picklist labels; HubSpot's contact property `industry` is free text and holds the same words.
INDUSTRIES = (
    "Agriculture",
    "Biotechnology",
    "Construction",
    "Consulting",
    "Education",
    "Finance",
    "Food & Beverage",
    "Healthcare",
    "Manufacturing",
    "Retail",
    "Technology",
    "Transportation",
)
# (HubSpot option value, Salesforce picklist value) pairs
LEAD_SOURCES = (
    ("web", "Web"),
    ("phone_inquiry", "Phone Inquiry"),
    ("partner_referral", "Partner Referral"),
    ("purchased_list", "Purchased List"),
    ("webinar", "Webinar"),
    ("trade_show", "Trade Show"),
    ("other", "Other"),
)
TIMEFRAMES = (
    ("this_month", "This month"),
    ("this_quarter", "This quarter"),
    ("this_year", "This year"),
    ("later", "Later"),
)
INTERESTS = (
    ("reporting", "Reporting"),
    ("integration", "Integration"),
    ("automation", "Automation"),
    ("support", "Support"),
    ("training", "Training"),
)
LIFECYCLES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
LIFECYCLE_WEIGHTS = (15, 45, 22, 8, 5, 5)
EMPLOYEE_BANDS = (
    (5, "1-5"),
    (25, "5-25"),
    (50, "25-50"),
    (100, "50-100"),
    (500, "100-500"),
    (1000, "500-1000"),
)
