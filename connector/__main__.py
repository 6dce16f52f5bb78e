"""The command `accord`: errors end as one clear message and exit code 1, not as a traceback."""

import sys

from dotenv import load_dotenv

from connector.cli import build
from connector.errors import AccordError


def main() -> None:
    """Run the command line. Settings may also stand in a file `.env` in the current folder; the environment wins."""
    load_dotenv(".env")
    try:
        build()()
    except AccordError as error:
        _end(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the last resort, where there is nobody left to handle it
        _end(f"Accord failed: {type(error).__name__}: {error}\n(accord --debug … shows where)")


def _end(message: str) -> None:
    if "--debug" in sys.argv:
        raise
    print(message, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
