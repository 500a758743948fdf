"""What a form of `nrr` shows: the report, what it means for pay, and the tables that were asked for beside."""

from dataclasses import dataclass

from expcomp.diagnostics import Finding
from expcomp.output.table import Table
from expcomp.pay.retained import RetentionPay
from expcomp.reports.retention import RetentionReport


@dataclass(frozen=True)
class View:
    report: RetentionReport
    pay: RetentionPay
    further: tuple[Table, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return *self.report.findings, *self.pay.findings
