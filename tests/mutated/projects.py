"""Two projects to spoil: a small one of our own headers that uses every setting, and the sample company."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PERIOD = "2027Q1"

SMALL = {
    "expcomp.yaml": """\
data: exports
timezone: America/New_York
pay_period: quarter
sources:
  deals: {file: "deals*.csv", dates: iso, decimal: point}
  splits: {file: splits.csv, columns: {share: Part}}
values:
  deal.motion: {"Upsell - Seats": capacity}
  deal.won: {"Closed Won": true, "Closed Lost": false}
""",
    "plans/plan.yaml": """\
plan: {id: small, version: 1, effective: {from: 2026-01-01}, currency: USD, timezone: America/New_York}
roles:
  ae: {from: deal.owner}
  csm: {from: account.csm, vacant: forfeit}
ownership:
  - {tier: C, when: {account.acv: ">= 150k"}, credit: {ae: 60%, csm: 40%}}
  - {tier: B, credit: {ae: 100%}, splits: crm}
rates:
  - {role: ae, rate: 10%}
  - {role: csm, rate: 5%}
accelerators:
  - {role: ae, measure: attainment, window: quarter, mode: marginal, no_quota: base_rate,
     bands: [{below: 100%, multiplier: 1}, {multiplier: 2}]}
payout:
  - schedule: standard
    milestones:
      - {name: booking, pays: 40%, on: closed_won}
      - {name: activation, pays: 60%, on: activated, within: 180 days}
clawbacks:
  - {name: early churn, event: churn, until: 365 days, recovers: linear}
""",
    "exports/payees.csv": """\
payee_id,role,name,email,crm_id,start_date
ana,ae,Ana Reyes,ana.reyes@example.com,005Hr00000858Ge,2024-01-15
cam,csm,"Ortiz, Cam",cam.ortiz@example.com,,2023-06-01
ben,ae,Ben Müller,,,
""",
    "exports/accounts.csv": """\
account_id,name,segment,acv,csm,health
A1,Meridian & Co,enterprise,250000.00,cam,green
A2,"Tidewater, Inc.",smb,12000.00,cam,yellow
A3,Größe GmbH,smb,8000.50,,green
""",
    "exports/deals.csv": """\
deal_id,account_id,motion,acv,close_date,stage,owner,currency,created_at,product,activated_on
D1,A1,tier,120000.00,2027-01-15,Closed Won,ana,USD,2026-11-02 09:30,Platform,2027-02-20
D2,A2,Upsell - Seats,9000.00,2027-02-10,Closed Won,ana.reyes@example.com,USD,2026-12-01 10:00,"Seats, extra",
D3,A3,cross_sell,2500.75,2027-03-31,Closed Won,Ben Müller,EUR,2027-01-10T15:00:00Z,Connect,2027-03-31
D4,A2,usage,480.00,2026-12-20,Closed Won,ben,USD,,Platform,2027-01-05
D5,A3,tier,99999.99,2027-03-01,Closed Lost,,USD,,Platform,
""",
    "exports/splits.csv": "deal_id,payee,Part,role,split_type\nD2,ana,60%,ae,Revenue\nD2,ben,40%,ae,Revenue\n",
    "exports/events.csv": "account_id,date,event,amount\nA2,2027-03-20,churn,\n",
    "exports/fx.csv": "currency,date,rate\nEUR,2027-03-05,1.0817\n",
    "exports/quotas.csv": "payee_id,period,amount,role\nana,2027Q1,100000.00,ae\n",
    "exports/adjustments.csv": (
        "payee_id,period,amount,reason,requested_by,approved_by,reference\n"
        'cam,2027Q1,-120.00,"Ticket, paid twice",tom,lena,ADJ-1\n'
    ),
}


def write_small(root: Path) -> Path:
    for name, text in SMALL.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return root


def write_sample(root: Path) -> Path:
    for folder in ("sample_data", "plans"):
        shutil.copytree(ROOT / folder, root / folder)
    return root


def inputs(root: Path) -> list[Path]:
    """Every file that a run reads."""
    kinds = (".csv", ".xlsx", ".yaml")
    return sorted(file for file in root.rglob("*") if file.suffix in kinds and "archetypes" not in file.parts)
