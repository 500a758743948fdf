"""A document as one HTML page that needs nothing else: inline CSS, no script, fit for screen and print."""

from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined

from expcomp.describe.document import Document, Grid, Points, Sentences
from expcomp.output.text import clean


def to_html(documents: Iterable[Document]) -> str:
    """Every text is escaped, and cleaned of what hides or turns text around."""
    environment = Environment(
        loader=PackageLoader("expcomp.output"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {"sentences": Sentences, "points": Points, "grid": Grid}
    environment.tests |= {name: lambda part, kind=kind: isinstance(part, kind) for name, kind in kinds.items()}
    return environment.get_template("document.html.j2").render(documents=list(documents)) + "\n"
