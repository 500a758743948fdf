"""What of the language a compared case reached, for the statistics of a long run."""

from __future__ import annotations

from typing import Any

from .cases import Case
from .compare import Answer


def reached(case: Case, engine: Answer, second: Answer) -> list[str]:
    if engine.refused or second.refused:
        return ["refused by both"] if engine.refused and second.refused else ["refused by one"]
    found = {"answered"}
    found.add("view: " + ("posted" if case.closed else "open ledger" if case.closed == [] else "no ledger"))
    found.add("as_of: " + ("default" if case.as_of is None else "given"))
    sections = second.sections
    for key, rows in sections["lines"].items():
        found.add("component " + key[2].split(":")[0])
        found |= {f"reason {row[1]}" for row in rows}
    found |= {f"waiting {key[4]}" for key in sections["waiting"]}
    found |= {f"not paid {reason}" for reason, _ in sections["not_paid"].values()}
    if any(row["recovered"] not in ("0", "0.00") for row in sections["payees"].values()):
        found.add("recovered")
    if any(row["brought_forward"] not in ("0", "0.00") for row in sections["payees"].values()):
        found.add("brought forward")
    paid_roles = {key[2].partition(":")[2] for key in sections["lines"] if key[2].startswith("credit:")}
    for plan in case.plans:
        for rule in plan.get("accelerators", ()):
            if rule["role"] in paid_roles:
                found.add(f"accelerator {rule['measure']} {rule['mode']} {rule['window']}")
        for cap in plan.get("caps", ()):
            if any(key[2] == f"cap:{cap['role']}" for key in sections["lines"]):
                found.add(f"cap per {cap['per']}")
        for overlay in plan.get("overlays", {}).values():
            if any(key[2].startswith("overlay:") for key in sections["lines"]):
                found.add(f"overlay {overlay['funding']} {overlay['pays'].partition(' of ')[2] or 'amount'}")
        paid = {key[3].rpartition(" ")[0] for key in sections["lines"]}
        found |= {f"milestone {word}" for word in paid if word}
    found |= _blocks(case, sections) | _amounts(case, sections) | _metrics(case, sections)
    if len(case.plans) > 1:
        found.add("two ids" if case.plans[0]["plan"]["id"] != case.plans[1]["plan"]["id"] else "two versions")
    return sorted(found)


def _blocks(case: Case, sections: dict[str, dict[Any, Any]]) -> set[str]:
    """Blocks that had a chance to work, each by its kind."""
    reasons = {row[1] for rows in sections["lines"].values() for row in rows}
    gone = any(row.get("end_date") for row in case.tables["payees"])
    found = {f"table {name}" for name in case.tables}
    for plan in case.plans:
        for rule in plan.get("clawbacks", ()) if "clawback" in reasons else ():
            kind = rule["recovers"] if rule["recovers"] == "linear" else type(rule["recovers"]).__name__
            found.add(f"clawback {rule['event']} {kind.replace('str', 'share').replace('list', 'steps')}")
        found |= {f"guardrail {rule['action']}" for rule in plan.get("guardrails", ())}
        leavers = plan.get("leavers", {}) if gone else {}
        found |= {f"leavers {name}: {rule}" for name, rule in leavers.items()}
        found |= {f"recovery {name}: {rule}" for name, rule in plan.get("recovery", {}).items()}
        found |= {f"spiff {'with' if 'budget' in rule else 'without'} budget" for rule in plan.get("spiffs", ())}
    if any(row.get("override_tier") for row in case.tables["deals"]):
        found.add("override of a tier")
    return found


def _metrics(case: Case, sections: dict[str, dict[Any, Any]]) -> set[str]:
    """Bonuses and modifiers that paid or took something, each by its keys."""
    components = {key[2] for key in sections["lines"]}
    kinds = ((key[2].partition(":")[0], row) for key, rows in sections["lines"].items() for row in rows)
    found = {f"{kind} {row[1]}" for kind, row in kinds if kind in ("bonus", "modifier")}
    for plan in case.plans:
        for bonus in plan.get("bonuses", ()):
            if f"bonus:{bonus['name']}" in components:
                told = ("metric", "scope", "per", "prorate", "accrues", "curve_on", "window")
                found |= {f"bonus {key}: {bonus[key]}" for key in told if key in bonus}
                found |= {f"bonus with {key}" for key in ("for", "portfolio", "gate", "below", "above") if key in bonus}
        for rule in plan.get("modifiers", ()):
            if f"modifier:{rule['name']}" in components:
                found |= {f"modifier {key}: {rule[key]}" for key in ("metric", "scope", "multiplier", "window")}
    return found


def _amounts(case: Case, sections: dict[str, dict[Any, Any]]) -> set[str]:
    """Currencies, sizes and days of lines."""
    rows = [row for rows in sections["lines"].values() for row in rows]
    found = {f"currency {case.plans[0]['plan']['currency']}"}
    found |= {f"a deal in {row['currency']}" for row in case.tables["deals"] if row.get("currency")}
    sizes = [abs(int(row[0].replace(".", ""))) for row in rows]
    found |= {
        f"a line beyond {name}" for name, size in (("2^53", 2**53), ("10^13", 10**13)) if max(sizes, default=0) > size
    }
    found |= {
        f"a line of {day}" for day in ("02-29", "12-31", "01-01", "02-28") if any(row[2][5:] == day for row in rows)
    }
    return found
