"""Which endpoint answers which path below /services/data/vXX.X/."""

from typing import Any

from connector.practice.salesforce import collection, duplicate_checks, errors, replication, rows, tooling
from connector.practice.salesforce.batching import batch
from connector.practice.salesforce.bulk.jobs import Jobs
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.composite import composite
from connector.practice.salesforce.describe import describe, summary
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.limits import Limits
from connector.practice.salesforce.metadata.deploying import Deployments
from connector.practice.salesforce.outbound import Outbound
from connector.practice.salesforce.queries import Cursors
from connector.practice.salesforce.reading import attributes
from connector.practice.salesforce.state import Org, stamp_of
from connector.practice.salesforce.trees import plant


class Rest:
    """The REST API of one org, authentication aside."""

    def __init__(self, org: Org, limits: Limits, outbound: Outbound) -> None:
        self.org = org
        self.limits = limits
        self.cursors = Cursors(org)
        self.jobs = Jobs(org)
        self.deployments = Deployments(org, outbound)

    def perform(self, call: Call) -> Reply:
        """One call, refusals as replies. The caller undoes what a refused call had begun."""
        try:
            return self._resource(call)
        except Refusal as refusal:
            reply = refused(refusal)
            if refusal.code.startswith("INSUFFICIENT_ACCESS_"):
                reply.status = self.org.settings.insufficient_access_status
            return reply

    def _resource(self, call: Call) -> Reply:
        head = call.parts[0].lower() if call.parts else ""
        if tooling.concerns(call):
            return tooling.answer(self.org, call)
        if head == "sobjects":
            return self._sobjects(call)
        if head == "composite":
            return self._composite(call)
        if head == "ui-api":
            return duplicate_checks.configuration(self.org, call)
        if head == "jobs":
            return self.jobs.answer(call)
        if head == "metadata":
            return self.deployments.answer(call)
        if call.method not in ("GET", "HEAD"):
            raise self._no_method(call)
        if head in ("query", "queryall"):
            return (
                self.cursors.more(call) if len(call.parts) > 1 else self.cursors.run(call, head == "queryall")
            )
        if head == "limits":
            return Reply(200, self.limits.shown() if len(call.parts) == 1 else self._counted(call))
        if head == "recent":
            return Reply(200, self._recent(call))
        if not head:
            return Reply(200, _resources(call.version))
        raise errors.not_found()

    def _composite(self, call: Call) -> Reply:
        parts = call.parts
        if len(parts) == 1:
            if call.method != "POST":
                raise self._no_method(call)
            return composite(self.org, call, self.perform)
        if parts[1].lower() == "batch" and call.method == "POST":
            return batch(self.org, call, self.perform)
        if parts[1].lower() == "tree" and call.method == "POST" and len(parts) == 3:
            return plant(self.org, self._shape(parts[2]), call)
        if parts[1].lower() != "sobjects":
            raise errors.not_found()
        if len(parts) == 2:
            steps = {"POST": collection.create, "PATCH": collection.update, "DELETE": collection.delete}
            if call.method not in steps:
                raise self._no_method(call)
            return steps[call.method](self.org, call)
        shape = self._shape(parts[2])
        if len(parts) == 4 and call.method == "PATCH":
            return collection.upsert(self.org, shape, parts[3], call)
        if len(parts) == 3 and call.method in ("GET", "POST"):
            return collection.retrieve(self.org, shape, call)
        raise self._no_method(call)

    def _sobjects(self, call: Call) -> Reply:
        parts = call.parts
        if len(parts) == 1:
            listed = [summary(shape, call.version) for shape in self.org.seen().values()]
            return Reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})
        shape = self._shape(parts[1])
        if len(parts) == 2:
            return self._object(shape, call)
        if parts[2] == "describe":
            return self._described(shape, call)
        if parts[2] in ("updated", "deleted") and len(parts) == 3 and call.method == "GET":
            return (
                replication.updated(self.org, shape, call)
                if parts[2] == "updated"
                else replication.deleted(self.org, shape, call)
            )
        if len(parts) == 3 and not (call.method == "POST" and parts[2].lower() == "id"):
            return self._row(shape, parts[2], call)
        if parts[2].lower() == "id":
            return self._by_id(shape, call)
        item = rows.key_field(self.org, shape, parts[2])
        # A slash inside an external id came percent-encoded and splits the decoded path.
        return rows.by_key(self.org, shape, item, "/".join(parts[3:]), call)

    def _by_id(self, shape: SObject, call: Call) -> Reply:
        if len(call.parts) == 3:
            return rows.create(self.org, shape, call)
        return self._row(shape, call.parts[3], call)

    def _object(self, shape: SObject, call: Call) -> Reply:
        if call.method == "POST":
            return rows.create(self.org, shape, call)
        if call.method != "GET":
            raise self._no_method(call)
        recent = list(self.org.tables[shape.name].rows)[-5:]
        items = [
            {"attributes": attributes(shape.name, row_id, call.version), "Id": row_id} for row_id in recent
        ]
        return Reply(200, {"objectDescribe": summary(shape, call.version), "recentItems": items})

    def _described(self, shape: SObject, call: Call) -> Reply:
        since = call.moment("if-modified-since")
        changed = self.org.schema_changed
        if since is not None and stamp_of(changed) <= stamp_of(since):
            return Reply(304)
        return Reply(
            200,
            describe(shape, call.version, self._record_types(shape)),
            {"Last-Modified": rows.http_date(changed)},
        )

    def _record_types(self, shape: SObject) -> list[dict[str, Any]]:
        rows = self.org.tables["RecordType"].rows.values()
        return [row for row in rows if row["SobjectType"] == shape.name]

    def _row(self, shape: SObject, text: str, call: Call) -> Reply:
        steps = {"GET": rows.read, "PATCH": rows.update, "DELETE": rows.delete}
        if call.method not in steps:
            raise self._no_method(call)
        return steps[call.method](self.org, shape, rows.live(self.org, shape, text), call)

    def _counted(self, call: Call) -> dict[str, Any]:
        """GET /limits/recordCount?sObjects=Lead,Contact."""
        if call.parts[1] != "recordCount":
            raise errors.not_found()
        wanted = [name for name in call.first("sObjects").split(",") if name] or list(self.org.seen())
        shapes = [shape for shape in map(self.org.shape, wanted) if shape is not None]
        return {
            "sObjects": [
                {"count": len(self.org.tables[shape.name].rows), "name": shape.name} for shape in shapes
            ]
        }

    def _recent(self, call: Call) -> list[dict[str, Any]]:
        events = [event for event in reversed(self.org.history) if event.by == call.user_id][:50]
        seen = {event.id: event.object for event in events}
        return [{"attributes": attributes(name, key, call.version), "Id": key} for key, name in seen.items()]

    def _shape(self, name: str) -> SObject:
        shape = self.org.shape(name)
        if shape is None:
            raise errors.not_found()
        return shape

    def _no_method(self, call: Call) -> Refusal:
        text = f"HTTP Method '{call.method}' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE"
        return Refusal("METHOD_NOT_ALLOWED", text)


def _resources(version: str) -> dict[str, Any]:
    base = f"/services/data/v{version}"
    return {
        name: f"{base}/{name}"
        for name in (
            "sobjects",
            "query",
            "queryAll",
            "limits",
            "composite",
            "jobs",
            "metadata",
            "tooling",
            "ui-api",
            "recent",
        )
    }
