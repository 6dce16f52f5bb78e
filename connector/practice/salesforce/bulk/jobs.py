"""The jobs of one org: their JSON, their states, and the paths under /jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.practice.salesforce.bulk.ingest import Outcome, ingest, results
from connector.practice.salesforce.bulk.querying import csv_page, query_rows
from connector.practice.salesforce.bulk.tables import read
from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal, not_found
from connector.practice.salesforce.state import Org, stamp_of

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_MOST_BYTES = 150_000_000
_KEPT = timedelta(days=7)
_ENDED = ("JobComplete", "Failed", "Aborted")


@dataclass(slots=True)
class Job:
    """One job. `started`: when it became InProgress; `outcome`: what became of the rows, or `table` of a query."""

    id: str
    kind: str
    operation: str
    object: str
    user_id: str
    created: datetime
    version: str
    wish: dict[str, Any]
    state: str = "Open"
    changed: datetime | None = None
    body: bytes | None = None
    started: datetime | None = None
    outcome: Outcome | None = None
    table: tuple[list[str], list[list[str]]] | None = None
    error: str = ""

    def shown(self, whole: bool = False) -> dict[str, Any]:
        """As the service writes it; `whole` adds the numbers that only GET of one job tells."""
        changed = self.changed or self.created
        told: dict[str, Any] = {
            "id": self.id, "operation": self.operation, "object": self.object, "createdById": self.user_id,
            "createdDate": stamp_of(self.created), "systemModstamp": stamp_of(changed), "state": self.state,
        }  # fmt: skip
        if self.wish.get("externalIdFieldName"):
            told["externalIdFieldName"] = self.wish["externalIdFieldName"]
        told |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(self.version)}
        if whole:
            told |= {"jobType": "V2Ingest" if self.kind == "ingest" else "V2Query", **self._endings()}
            told |= self._numbers()
        return told

    def _endings(self) -> dict[str, Any]:
        ending = self.wish.get("lineEnding") or "LF"
        return {"lineEnding": ending, "columnDelimiter": self.wish.get("columnDelimiter") or "COMMA"}

    def opened(self) -> dict[str, Any]:
        """As the answer to its creation."""
        place = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
        return {**self.shown(), **({"contentUrl": place} if self.kind == "ingest" else {}), **self._endings()}

    def _numbers(self) -> dict[str, Any]:
        done = self.outcome
        failed = len(done.failed) if done else 0
        number = len(done.good) + failed if done else len(self.table[1]) if self.table else 0
        told: dict[str, Any] = {"numberRecordsProcessed": number, "retries": 0, "totalProcessingTime": number}
        if self.kind == "ingest":
            told |= {
                "numberRecordsFailed": failed,
                "apiActiveProcessingTime": number,
                "apexProcessingTime": 0,
            }
        return {**told, **({"errorMessage": self.error} if self.error else {})}


@dataclass
class Jobs:
    """All bulk jobs of one org."""

    org: Org
    kept: dict[str, Job] = field(default_factory=dict)

    def answer(self, call: Call) -> Reply:
        """/jobs/ingest… and /jobs/query…"""
        parts = call.parts[1:]
        if not parts or parts[0] not in ("ingest", "query"):
            raise not_found()
        if len(parts) == 1:
            return self._all(call, parts[0])
        job = self._job(parts[1], parts[0])
        step = self._steps().get((call.method, "/".join(parts[2:]).lower(), parts[0]))
        if step is None:
            raise Refusal("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed here.")
        return step(call, job)

    def _steps(self) -> dict[tuple[str, str, str], Callable[[Call, Job], Reply]]:
        steps: dict[tuple[str, str, str], Callable[[Call, Job], Reply]] = {
            ("PUT", "batches", "ingest"): self._upload,
            ("GET", "results", "query"): self._page,
        }
        for name in ("successfulresults", "failedresults", "unprocessedrecords"):
            steps["GET", name, "ingest"] = self._results
        for kind in ("ingest", "query"):
            steps["GET", "", kind] = lambda call, job: Reply(200, self._moved_on(job).shown(whole=True))
            steps["PATCH", "", kind] = self._state
            steps["DELETE", "", kind] = self._delete
        return steps

    def _all(self, call: Call, kind: str) -> Reply:
        if call.method == "GET":
            mine = [self._moved_on(job).shown() for job in list(self.kept.values()) if job.kind == kind]
            return Reply(200, {"done": True, "records": mine, "nextRecordsUrl": None})
        if call.method != "POST":
            raise Refusal("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed here.")
        return Reply(200, (self._ingest_job(call) if kind == "ingest" else self._query_job(call)).opened())

    def _job(self, text: str, kind: str) -> Job:
        job = self.kept.get(text) or next((job for key, job in self.kept.items() if key[:15] == text), None)
        if job is None or job.kind != kind or self.org.clock.now() - job.created > _KEPT:
            raise not_found()
        return job

    # ingest -------------------------------------------------------------------------------------
    def _ingest_job(self, call: Call) -> Job:
        wish = call.body()
        operation = wish.get("operation")
        shape = self.org.shape(str(wish.get("object") or ""))
        if operation not in OPERATIONS:
            raise Refusal("INVALIDOPERATION", f"Unknown operation: {operation}")
        if shape is None:
            raise Refusal("INVALIDENTITY", f"Entity '{wish.get('object')}' is not supported by the Bulk API.")
        if operation == "upsert" and shape.find(str(wish.get("externalIdFieldName") or "")) is None:
            raise Refusal("INVALIDJOB", "InvalidJob : External ID was blank or unknown for upsert")
        if str(wish.get("contentType") or "CSV") != "CSV":
            raise Refusal("INVALIDJOB", f"Unsupported content type: {wish.get('contentType')}")
        return self._made("ingest", operation, shape.name, call)

    def _made(self, kind: str, operation: str, object_name: str, call: Call) -> Job:
        now = self.org.clock.now()
        job = Job(
            self.org.ids.new("750"),
            kind,
            operation,
            object_name,
            call.user_id,
            now,
            call.version,
            call.body(),
        )
        self.kept[job.id] = job
        return job

    def _upload(self, call: Call, job: Job) -> Reply:
        """PUT /batches: 201, once per job."""
        if job.state != "Open" or job.body is not None:
            raise Refusal("INVALIDJOBSTATE", f"Data cannot be uploaded to this job in state {job.state}")
        job.body = call.payload if isinstance(call.payload, bytes) else b""
        if len(job.body) > _MOST_BYTES * 3 // 4:
            raise Refusal("MAX_CONTENT_SIZE", "the upload is larger than 150 MB in base64")
        return Reply(201)

    def _state(self, call: Call, job: Job) -> Reply:
        wanted = call.body().get("state")
        if wanted not in ("UploadComplete", "Aborted") or (
            wanted == "UploadComplete" and job.kind == "query"
        ):
            raise Refusal("INVALIDJOB", f"Invalid job state: {wanted}")
        if job.state in _ENDED or (wanted == "UploadComplete" and job.state != "Open"):
            raise Refusal("INVALIDJOBSTATE", f"Job state cannot be changed from {job.state} to {wanted}")
        job.state, job.changed = wanted, self.org.clock.now()
        job.started = job.changed if wanted == "UploadComplete" else None
        return Reply(200, job.shown())

    def _delete(self, call: Call, job: Job) -> Reply:
        if self._moved_on(job).state not in (*_ENDED, "Open"):
            raise Refusal("INVALIDJOBSTATE", f"a job can't be deleted in state {job.state}")
        del self.kept[job.id]
        return Reply(204)

    def _results(self, call: Call, job: Job) -> Reply:
        self._moved_on(job)
        return Reply(
            200, results(job.outcome, job.body or b"", call.parts[3].lower()), {"Content-Type": "text/csv"}
        )

    def _moved_on(self, job: Job) -> Job:
        """A job whose time has come is worked off when somebody looks."""
        if job.state not in ("UploadComplete", "InProgress") or job.started is None:
            return job
        job.state = "InProgress"
        if (self.org.clock.now() - job.started).total_seconds() < self.org.settings.bulk_seconds:
            return job
        job.changed = self.org.clock.now()
        try:
            self._work(job)
            job.state = "JobComplete"
        except Refusal as refusal:
            job.state, job.error = "Failed", refusal.message
        return job

    def _work(self, job: Job) -> None:
        viewer, self.org.viewer = self.org.viewer, job.user_id
        try:
            if job.kind == "query":
                job.table = query_rows(self.org, job.wish["query"], job.version, job.operation == "queryAll")
            else:
                comma = {"TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
                header, rows = read(job.body or b"", comma.get(job.wish.get("columnDelimiter") or "", ","))
                job.outcome = ingest(self.org, job.object, job.operation, job.wish, job.user_id, header, rows)
        finally:
            self.org.viewer = viewer

    # query --------------------------------------------------------------------------------------
    def _query_job(self, call: Call) -> Job:
        wish = call.body()
        if wish.get("operation") not in ("query", "queryAll"):
            raise Refusal("INVALIDOPERATION", f"Unknown operation: {wish.get('operation')}")
        # Refused at once where the query can't be: names, types, and what the Bulk API leaves out.
        query_rows(self.org, str(wish.get("query") or ""), call.version, False, only_check=True)
        words = str(wish["query"]).split()
        source = next((words[n + 1] for n, word in enumerate(words[:-1]) if word.upper() == "FROM"), "")
        shape = self.org.shape(source)
        job = self._made("query", wish["operation"], shape.name if shape else source, call)
        job.state, job.started = "UploadComplete", self.org.clock.now()
        return job

    def _page(self, call: Call, job: Job) -> Reply:
        """GET /results?maxRecords&locator: CSV, the next page's locator and the number of rows in headers."""
        if self._moved_on(job).state != "JobComplete" or job.table is None:
            raise Refusal("INVALIDJOBSTATE", f"results are not available in state {job.state}")
        most, at = call.first("maxRecords") or str(self.org.settings.bulk_page), call.first("locator") or "0"
        if not most.isdigit() or int(most) < 1 or not at.isalnum() or not at.removeprefix("MTAw").isdigit():
            raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        start = int(at.removeprefix("MTAw"))
        header, rows = job.table
        page = rows[start : start + int(most)]
        end = start + len(page)
        headers = {
            "Content-Type": "text/csv",
            "Sforce-Locator": f"MTAw{end}" if end < len(rows) else "null",
            "Sforce-NumberOfRecords": str(len(page)),
        }
        return Reply(200, csv_page(header, page), headers)
