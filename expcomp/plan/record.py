"""What every block of a plan is made of: closed records that know their place, and the words they use."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from expcomp.diagnostics import Place
from expcomp.plan.conditions import Conditions, read_conditions
from expcomp.plan.nodes import Block, Items
from expcomp.plan.scalars import Day, SharePpm, Word, currency_of


class Record(BaseModel):
    """Closed, frozen, and aware of where it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)
    _place: Place = PrivateAttr(default=Place(""))

    @model_validator(mode="wrap")
    @classmethod
    def _keep_place(cls, data: Any, handler: Any) -> Any:
        if not isinstance(data, Block):
            raise ValueError("a block of keys is expected here")
        record = handler(data)
        record._place = data.place
        return record

    @property
    def place(self) -> Place:
        return self._place


def _read_when(value: Any, info: ValidationInfo) -> Conditions:
    context = info.context or {}
    return read_conditions(value, context["fields"], currency_of(info), context["findings"])


def _read_for(value: Any, info: ValidationInfo) -> Conditions:
    context = info.context or {}
    return read_conditions(value, context["payee_fields"], currency_of(info), context["findings"])


def shape(value: Any, one: str = "word") -> str:
    """Which branch of a value-or-list the plan wrote, so that only its errors are told."""
    return "list" if isinstance(value, Items | tuple) else one


When = Annotated[Conditions, BeforeValidator(_read_when), WithJsonSchema({"x-conditions": "deal"})]
For = Annotated[Conditions, BeforeValidator(_read_for), WithJsonSchema({"x-conditions": "payee"})]
Words = tuple[Word, ...]
Shares = dict[Word, SharePpm]
Month = Literal[
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
MONTH_NAMES: tuple[str, ...] = Month.__args__  # type: ignore[attr-defined]
Family = Literal["upsell", "cross_sell", "usage", "multi_year", "renewal", "new_logo", "contraction"]
Window = Literal["deal", "month", "quarter", "year"]
Metric = Literal["nrr", "grr", "logo_retention", "expansion", "signal_quality", "sla_rate"]
Scope = Literal["portfolio", "segment", "team", "reports", "company"]
Declared = Literal["text", "word", "number", "money", "share", "yes/no"]


class Effective(Record):
    from_: Day = Field(alias="from")
    to: Day | None = None
