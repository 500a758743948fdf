"""Targets of an SLA report for other programs: instants of UTC, whole seconds."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Ints
from expcomp.output.text import Texts, each
from expcomp.reports.business_time import NEVER_US, SECOND_US
from expcomp.reports.moments import week_name
from expcomp.texts import LARGE, joined, text_array

TARGET_TIMES = ("limit", "elapsed", "business", "counted", "paused", "overrun")


def target_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Targets in words (`in_words.py`) with all of their columns, instants of UTC and whole seconds."""
    named = ("signal_id", "account_id", "account", "segment", "urgency", "target", "state", "severity", "clock")
    return pd.DataFrame({
        **{name: rows[name] for name in named},
        **{f"{name}_s": text_array(_whole_text(rows[f"{name}_us"])) for name in TARGET_TIMES},
        **{f"{name}_at": utc_text(rows[f"{name}_us"].to_numpy(np.int64)) for name in ("started", "due", "stopped")},
        "due_week": each(rows["due_week"], week_name),
        **{name: rows[name] for name in ("owner", "manager", "csm", "chain")},
    })  # fmt: skip


def _whole_text(us: "pd.Series[int]") -> pa.Array:
    """Whole seconds as text; "" where there is no value."""
    return pa.array(us.astype("Int64") // SECOND_US).cast(LARGE).fill_null("")


def utc(us: int) -> str:
    return str(utc_text(np.asarray([us], np.int64))[0])


def utc_text(us: Ints) -> pd.arrays.ArrowStringArray:
    """`2027-02-01T12:00:00Z`; "" for never."""
    seconds_ = pa.array(us // SECOND_US, mask=us >= NEVER_US).cast(pa.timestamp("s")).cast(LARGE)
    return text_array(joined(pc.replace_substring(seconds_, " ", "T"), "Z").fill_null(""))


def seconds(us: "pd.Series[int]") -> Texts:
    """Whole seconds of microseconds; None where there is no value."""
    whole = us.astype("Int64") // SECOND_US
    return np.asarray(whole.astype(object).where(whole.notna(), None), dtype=object)
