"""A retention report as Markdown, for a pull request, a ticket or a board paper."""

from collections.abc import Iterator

from expcomp.output.markdown import escaped, markdown_table
from expcomp.output.nrr_headline import headline, origin, title
from expcomp.output.nrr_tables import bridge_table, loss_tables, segment_table
from expcomp.output.nrr_triangle import average_table, triangle_table
from expcomp.output.nrr_view import View
from expcomp.output.nrr_views import blocked_table
from expcomp.output.table import Table


def nrr_markdown(view: View) -> str:
    """Headline, bridge, segments, who broke a guardrail, the pay that is kept back, cohorts."""
    report = view.report
    lines = [f"# {escaped(title(report))}", "", *(f"- {escaped(line)}" for line in headline(report)), ""]
    for table in (*_tables(view), *view.further):
        lines += markdown_table(table)
    lines += ["## Where it came from", ""]
    lines += [f"- {escaped(name)}: {escaped(value)}" for name, value in origin(report)]
    return "\n".join(lines) + "\n"


def _tables(view: View) -> Iterator[Table]:
    report, pay = view.report, view.pay
    yield bridge_table(report)
    yield segment_table(report)
    yield from loss_tables(report, pay)
    if pay.blocked:
        yield blocked_table(report, pay)
    yield triangle_table(report, "nrr")
    yield triangle_table(report, "grr")
    yield average_table(report)
