"""What a payee is to earn in a year by the plan's variable part: the targets table on a day, else the payees table."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Dated, days, numbers
from expcomp.pay.roles import Payees


def target_variables(payees: Payees, targets: pd.DataFrame, payee: Ints, day: Ints) -> tuple[Ints, Flags, Flags]:
    """Minor units a year of each payee on its day, 0 where none is known; where one is; and where it is a dated one."""
    dated = Dated.of(payees.names.codes(targets["payee_id"]), days(targets["from"]))
    newest = dated.newest(payee, day)
    standing, has_standing = numbers(payees.frame["target_variable"])
    target = np.where(newest != NONE, np.append(numbers(targets["target_variable"])[0], 0)[newest], standing[payee])
    return target, (newest != NONE) | has_standing[payee], newest != NONE
