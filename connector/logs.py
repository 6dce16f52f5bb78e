"""Logging: one line an event, JSON or for a terminal, with every token and all personal data taken out.

All logging of the process goes through here, libraries' included. What is taken out, whoever logged it:
values under a name that means a secret, a person or a record's content; secrets known from the settings; and whatever
looks like an e-mail address, a phone number or a token, wherever it stands, tracebacks included.
"""

import logging
import re
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

GONE = "[redacted]"
UNSAFE_NAME = re.compile(
    r"""(?ix)
      token|secret|password|passwd|authorization|cookie|credential|assertion|signature|private_?key|api_?key
    | (?:^|_)(?:e_?mail|phone|mobile|fax|first_?name|last_?name|full_?name|address|street|city|zip|birth\w*)s?(?:_|$)
    | ^(?:old|new|sent|before|after)$
    | (?:^|_)(?:values?|body|payload|content|properties|history|record|params|salutation)$
    """
)
UNSAFE_TEXT = re.compile(
    r"""(?ix)
      [\w.+'%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+                       # an e-mail address, plain or in a URL
    | \b(?:bearer|basic)\s+[\w.~+/=!-]{6,}                         # an Authorization header
    | \bpat-[a-z0-9]+-[\w-]{8,}                                    # HubSpot's private-app token
    | \b00D\w{12,15}![\w.]+                                        # Salesforce's session
    | \beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?                          # a JWT
    | -----BEGIN[\s\S]+?(?:-----END[^-]*-----|$)                   # a key
    | (?<=://)[^/\s@]+(?=@)                                        # user and password in a URL
    | (?<=/webhooks/salesforce/)[^\s/?"']+                         # the secret path
    | \b(?:access_token|refresh_token|client_secret|assertion|password)["']?\s*[=:]\s*["']?[^\s"'&,}]+
    | (?<![\w.:+-])\+\d(?:[\s().\u2011-]*\d){6,14}                 # a phone number with its country …
    | (?<![\w.:/+-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])     # … and one written in groups
    | \bDETAIL:.*                                                  # PostgreSQL quotes whole rows there
    """
)

_OUR_OWN = ("timestamp", "level", "logger")
"""What the chain itself adds to a line: nobody's data, and looking at it took a third of the time."""


_active: list["Redaction"] = []


def hide(secrets: Iterable[str]) -> None:
    """From now on these are not shown either: secrets that a process learns after it has begun."""
    for redaction in _active:
        redaction.learn(secrets)


def configure(
    level: str = "info", form: str = "json", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Set up the process's logging, once or again. ``form``: json or console. ``secrets``: values never to be shown."""
    redact = Redaction(secrets)
    _active[:] = [redact]
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:3], *shared[4:]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, _renderer(form)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("urllib3", "hubspot", "procrastinate", "yoyo", "simple_salesforce"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))  # they log addresses and bodies


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(default=str)
    # a plain traceback is text by now: the pretty one would print local variables, and so people's data
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


class Redaction:
    """A structlog processor. Also callable on any text or structure by ``of``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """More that must not be shown."""
        self._secrets |= {s for s in secrets if len(s) >= 6}
        longest_first = sorted(self._secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        safe = {name: event[name] for name in _OUR_OWN if name in event}
        return {name: GONE if unsafe_name(name) else self.of(v) for name, v in event.items() if name not in safe} | safe

    def of(self, value: Any) -> Any:
        """The value without what must not be shown. Unknown types become their redacted text."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {str(k): GONE if unsafe_name(str(k)) else self.of(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.of(item) for item in value]
        return self._text(str(value))

    def _text(self, text: str) -> str:
        if self._known:
            text = self._known.sub(GONE, text)
        return UNSAFE_TEXT.sub(GONE, text)


@lru_cache(4096)
def unsafe_name(name: str) -> bool:
    """Whether what stands under this name is never shown."""
    return name != "event" and bool(UNSAFE_NAME.search(name))


@contextmanager
def request(request_id: str | None = None, **names: Any) -> Iterator[str]:
    """Every line logged inside carries `request_id`: the caller's if it is a plain short word, else a new one."""
    plain = request_id and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", request_id)
    chosen = request_id if request_id and plain else uuid.uuid4().hex[:16]
    with bound_contextvars(request_id=chosen, **names):
        yield chosen


def request_id() -> str | None:
    """The id of the request being worked on."""
    found = get_contextvars().get("request_id")
    return str(found) if found else None


get = structlog.stdlib.get_logger
