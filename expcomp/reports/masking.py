"""Figures of too few accounts are not shown, nor a second one, where it alone would let the first be solved for."""

import numpy as np

from expcomp.exact import Flags, Ints


def masked(accounts: Ints, total: Ints, least: int) -> Flags:
    """Which figures are masked, of those that add up to a total (a code) of their own: those of fewer than `least`
    accounts; and where in a total that is only one, the next smallest as well."""
    hidden = accounts < least
    for code in np.unique(total[hidden]).tolist():
        mine = np.flatnonzero(total == code)
        open_ = mine[~hidden[mine]]
        if len(mine) - len(open_) == 1 and len(open_):
            hidden[open_[np.argmin(accounts[open_])]] = True
    return hidden
