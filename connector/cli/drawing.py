"""The page layouts of `accord setup --layouts`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from connector.cli import showing
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.settings import Settings
    from connector.wiring.drawing import Drawing

LEFT = """Page layouts were left alone: they are what your reps see. accord setup --apply --layouts adds a section
"Accord" with hand-off, answer, reject reason, answer by, tier and reasons to every page layout of Lead and Contact: it
reads each as it is now, adds the section, deploys it back, and keeps the one of before in a folder beside you.
(By hand: Setup, Object Manager, Lead, Page Layouts. Only answer and reject reason need to be editable.)
"""
REST = """A Lightning page with Dynamic Forms shows no page layout: there add the fields in the Lightning App Builder.
The list view "Accord: offered" is there already: answer and reject reason can be edited in it, row by row.
Assign the permission set "Accord: reps" to sales, "Accord: integration user" to the user that Accord works as, and take
"Send Outbound Messages" from that user's profile, so that what Accord writes is not told back.
"""
UNREAD = (
    "page layouts: the org's can't be read by this user, so none is touched (a layout is deployed whole). An "
    "admin adds the fields in Setup, Object Manager, Lead and Contact, Page Layouts."
)


def show(drawing: "Drawing") -> None:
    if drawing.present is None:
        showing.line(UNREAD)
    elif drawing.changed:
        showing.line(f"page layouts: a section “Accord” is to be added to {', '.join(drawing.changed)}")
    else:
        showing.line(f"page layouts: all {len(drawing.present)} of Lead and Contact show Accord's fields")


def apply(drawing: "Drawing", settings: "Settings", now: datetime) -> None:
    """Raises Refused where the org takes none of it; what was done before stays."""
    from connector.wiring.drawing import draw

    if not drawing.changed:
        return
    keep = Path(f"accord-layouts-before-{now:%Y%m%d-%H%M%S}")
    done = draw(settings, drawing, showing.line, keep)
    for fault in done.faults:
        showing.line(f"  {fault.words}")
    if not done.ok:
        raise Refused(
            f"page layouts: {done.status}; none was changed, everything else is done. What Salesforce refuses is told "
            "above: most often something on a layout that its own API can't take. Add the section by hand there."
        )
    showing.line(f"page layouts: a section “Accord” was added to {', '.join(drawing.changed)}")
    showing.line(f"To have them as before: sf project deploy start --metadata-dir {keep}")
