"""CSV in and out, as the Bulk API reads and writes it."""

import csv
import io
from collections.abc import Iterable, Sequence

from connector.practice.salesforce.errors import Refusal


def read(body: bytes, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    """Header and rows; raises Refusal InvalidBatch."""
    try:
        lines = list(
            csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True)
        )
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Refusal("InvalidBatch", f"InvalidBatch : Failed to parse CSV: {wrong}") from None
    if not lines or not any(lines[0]):
        raise Refusal("InvalidBatch", "InvalidBatch : The CSV has no header")
    header, rows = [name.strip() for name in lines[0]], [line for line in lines[1:] if line]
    wrong_rows = [number for number, line in enumerate(rows, 2) if len(line) != len(header)]
    if wrong_rows:
        text = (
            f"InvalidBatch : Error found while reading CSV: number of columns differs in line {wrong_rows[0]}"
        )
        raise Refusal("InvalidBatch", text)
    return header, rows


def write(header: str, rows: Iterable[Sequence[str]]) -> bytes:
    """`header` goes out as it is; every cell is quoted."""
    lines = [header, *(",".join(f'"{_doubled(cell)}"' for cell in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _doubled(cell: str) -> str:
    return cell.replace('"', '""')
