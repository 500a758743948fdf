"""The exports as arrays: payees, accounts, quotas, and the won deals that pay or fill quotas, in order of their ids."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import terms
from .reading import NONE, Flags, Ids, Ints, cents, codes, days, plain, read

QUARTER = {name: number for number, name in enumerate(terms.QUARTERS)}


@dataclass(frozen=True, slots=True)
class Payees:
    """In order of their ids."""

    ids: Ids
    names: pa.Array
    manager: Ints
    quotas: dict[str, Ints]
    """By role: payees × quarters."""


@dataclass(frozen=True, slots=True)
class Accounts:
    ids: Ids
    names: pa.Array
    acv: Ints
    csm: Ints


@dataclass(frozen=True, slots=True)
class Deals:
    """`row` is the line of the file; `paid` is false where a deal only fills quotas."""

    ids: Ids
    row: Ints
    account: Ints
    family: Ints
    value: Ints
    close: Ints
    owner: Ints
    paid: Flags

    def __len__(self) -> int:
        return len(self.row)


def read_payees(data: Path) -> Payees:
    table = read(data, "payees", ["payee_id", "name", "manager_id"])
    table = table.take(pc.sort_indices(table["payee_id"])).combine_chunks()
    ids = Ids(plain(table["payee_id"]))
    return Payees(ids, plain(table["name"]), ids.of(table["manager_id"]), _read_quotas(data, ids))


def _read_quotas(data: Path, payees: Ids) -> dict[str, Ints]:
    table = read(data, "quotas", ["payee_id", "period", "amount", "role"])
    payee, quarter = payees.known(table["payee_id"]), codes(table["period"], QUARTER)
    role, amount = codes(table["role"], {"ae": terms.AE, "csm": terms.CSM}), cents(table["amount"])
    quotas = {}
    for name, number in (("ae", terms.AE), ("csm", terms.CSM)):
        mine = role == number
        quotas[name] = np.zeros((len(payees), len(terms.QUARTERS)), np.int64)
        quotas[name][payee[mine], quarter[mine]] = amount[mine]
    return quotas


def read_accounts(data: Path, payees: Payees) -> Accounts:
    table = read(data, "accounts", ["account_id", "name", "acv", "csm"])
    return Accounts(
        Ids(plain(table["account_id"])), plain(table["name"]), cents(table["acv"]), payees.ids.known(table["csm"])
    )


def read_deals(data: Path, payees: Payees, accounts: Accounts) -> Deals:
    table = read(data, "deals", ["deal_id", "account_id", "motion", "acv", "close_date", "stage", "owner"])
    family = codes(table["motion"], terms.FAMILY)
    close = days(table["close_date"])
    won = codes(table["stage"], {"Closed Won": 1}) == 1
    row = np.flatnonzero(won & (family != NONE) & (close >= terms.YEAR_START) & (close <= terms.AS_OF))
    row = row[pc.sort_indices(plain(table["deal_id"]).take(pa.array(row))).to_numpy()]
    table = table.select(["deal_id", "account_id", "acv", "owner"]).take(pa.array(row)).combine_chunks()
    return Deals(
        ids=Ids(plain(table["deal_id"])),
        row=row + 2,
        account=accounts.ids.known(table["account_id"]),
        family=family[row],
        value=cents(table["acv"]),
        close=close[row],
        owner=payees.ids.known(table["owner"]),
        paid=family[row] != terms.NEW_LOGO,
    )
