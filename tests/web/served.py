"""What gunicorn serves in tests and benchmarks: the real application, and an empty view to compare it with.

Environment: DATABASE_URL, and in EDGE a JSON object of what is to differ in the wiring.
"""

from __future__ import annotations

import json
import os

from flask import Flask

from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.notices import Natives
from connector.core.records import Side
from connector.practice.clock import SystemClock
from connector.web import create_app
from tests.web.edge import NATIVES, Wiring

FIELDS = [f"field_{number}" for number in range(25)]


def real() -> Flask:
    natives: dict[tuple[Side, str], Natives] = {
        **NATIVES, (Side.HUBSPOT, "contact"): {**NATIVES[Side.HUBSPOT, "contact"], **{name: name for name in FIELDS}},
    }  # fmt: skip
    pool = open_pool(os.environ["DATABASE_URL"], min_size=2, max_size=8)
    return create_app(Wiring(pool, SystemClock(), natives, **json.loads(os.environ.get("EDGE", "{}"))))


def empty() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.post("/webhooks/hubspot")
    def nothing() -> str:
        return ""

    return app
