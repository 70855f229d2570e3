"""Random people take random steps at random times on a few orders; what must hold, is looked at.

``Doings`` turns a verb into the call of a public action with arguments that are mostly right;
``check`` looks at the stored rows alone. ``tests.test_histories`` puts the two together.
"""

from tests.histories.doings import PEOPLE, VERBS, Doings
from tests.histories.holding import Rows, check

__all__ = ["PEOPLE", "VERBS", "Doings", "Rows", "check"]
