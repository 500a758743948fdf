"""A whole generated project folder: settings, plan and exports."""

import shutil
from pathlib import Path

from .accounts import write_accounts
from .deals import write_deals
from .people import write_payees, write_quotas
from .size import Size

PLAN = Path(__file__).with_name("plan.yaml")
SETTINGS = "plans: plans\ndata: data\ntimezone: America/New_York\npay_period: quarter\n"


def write_project(folder: Path, deals: int, seed: int = 1) -> None:
    """The same bytes for the same number of deals and seed."""
    data, plans = folder / "data", folder / "plans"
    for needed in (data, plans):
        needed.mkdir(parents=True, exist_ok=True)
    (folder / "expcomp.yaml").write_text(SETTINGS)
    shutil.copyfile(PLAN, plans / "bench.yaml")
    size = Size(deals, seed)
    write_payees(data, size)
    write_quotas(data, size)
    write_accounts(data, size)
    write_deals(data, size)
