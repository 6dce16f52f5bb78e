"""Which endpoint answers which path below /services/data/vXX.X/."""

from typing import Any

from connector.practice.salesforce import collection, errors, rows
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.composite import composite
from connector.practice.salesforce.describe import describe, summary
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.limits import Limits
from connector.practice.salesforce.queries import Cursors
from connector.practice.salesforce.reading import attributes
from connector.practice.salesforce.state import Org, stamp_of


class Rest:
    """The REST API of one org, authentication aside."""

    def __init__(self, org: Org, limits: Limits) -> None:
        self.org = org
        self.limits = limits
        self.cursors = Cursors(org)

    def perform(self, call: Call) -> Reply:
        """One call, refusals as replies. The caller undoes what a refused call had begun."""
        try:
            return self._resource(call)
        except Refusal as refusal:
            return refused(refusal)

    def _resource(self, call: Call) -> Reply:
        head = call.parts[0].lower() if call.parts else ""
        if head == "sobjects":
            return self._sobjects(call)
        if head == "composite":
            return self._composite(call)
        if call.method != "GET":
            raise self._no_method(call)
        if head in ("query", "queryall"):
            return (
                self.cursors.more(call) if len(call.parts) > 1 else self.cursors.run(call, head == "queryall")
            )
        if head == "limits":
            return Reply(200, self.limits.shown())
        if not head:
            return Reply(200, _resources(call.version))
        raise errors.not_found()

    def _composite(self, call: Call) -> Reply:
        parts = call.parts
        if len(parts) == 1:
            if call.method != "POST":
                raise self._no_method(call)
            return composite(self.org, call, self.perform)
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
            listed = [summary(shape, call.version) for shape in self.org.objects.values()]
            return Reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})
        shape = self._shape(parts[1])
        if len(parts) == 2:
            return self._object(shape, call)
        if parts[2] == "describe":
            return self._described(shape, call)
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
        return Reply(200, describe(shape, call.version), {"Last-Modified": rows.http_date(changed)})

    def _row(self, shape: SObject, text: str, call: Call) -> Reply:
        steps = {"GET": rows.read, "PATCH": rows.update, "DELETE": rows.delete}
        if call.method not in steps:
            raise self._no_method(call)
        return steps[call.method](self.org, shape, rows.live(self.org, shape, text), call)

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
    return {name: f"{base}/{name}" for name in ("sobjects", "query", "queryAll", "limits", "composite")}
