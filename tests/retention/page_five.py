"""The fixture of design page 5: nine accounts between 2025-06-30 and 2026-06-30."""

BASE, END = "2025-06-30", "2026-06-30"

SEGMENTS = {"A01": "MM", "A02": "MM", "A03": "MM", "A04": "MM", "A05": "SMB", "A06": "SMB", "A07": "SMB",
            "A08": "ENT", "A09": "ENT"}  # fmt: skip

SUBSCRIPTIONS = """
account_id,start,end,arr,kind
A01,2024-03-01,,30000,
A01,2025-11-15,,15000,
A02,2024-05-01,2026-02-01,30000,
A02,2026-02-01,,24000,
A03,2023-09-01,2025-12-01,20000,
A04,2025-01-01,2026-01-01,25000,
A04,2026-01-01,,25000,
A05,2024-10-01,2025-10-01,6000,
A05,2026-02-01,,9000,
A06,2023-01-01,2025-01-01,7000,
A06,2025-09-01,,12000,
A07,2026-03-10,,8000,
A08,2022-06-01,,150000,
A08,2025-09-01,,22500,
A08,2026-01-01,,7500,escalator
A08,2026-01-15,,55000,
A09,2023-02-01,2026-01-15,60000,
"""

MERGES = [{"from": "A09", "to": "A08", "effective": "2026-01-15"}]


def rows(text: str) -> list[dict[str, str]]:
    """CSV as rows, without its blank cells."""
    head, *lines = (line.split(",") for line in text.strip().splitlines())
    return [{name: cell for name, cell in zip(head, line, strict=True) if cell} for line in lines]


def given(*, merged: bool = True) -> dict[str, list[dict[str, str]]]:
    """The tables, in the columns of a data folder."""
    tables = {
        "accounts": [{"account_id": account, "segment": segment} for account, segment in SEGMENTS.items()],
        "subscriptions": rows(SUBSCRIPTIONS),
    }
    return {**tables, "merges": MERGES} if merged else tables
