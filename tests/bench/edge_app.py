"""What gunicorn serves while intake is measured: the real application, and an empty view to compare it with."""

from __future__ import annotations

import os

from flask import Flask

from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.notices import Natives
from connector.core.records import Side
from connector.practice.clock import SystemClock
from connector.web import create_app
from tests.web.edge import Wiring

FIELDS = [f"field_{number}" for number in range(25)]
NATIVES: dict[tuple[Side, str], Natives] = {(Side.HUBSPOT, "contact"): {name: name for name in FIELDS}}


def real() -> Flask:
    pool = open_pool(os.environ["DATABASE_URL"], min_size=2, max_size=8)
    return create_app(Wiring(pool, SystemClock(), NATIVES))


def empty() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.post("/webhooks/hubspot")
    def nothing() -> str:
        return ""

    return app
