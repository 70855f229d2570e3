"""What the worker does for cities: answers trials of changed rules, one after the other."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path

from huiyin.cities import trial_words, trying
from huiyin.cities.profile import ProfileError
from huiyin.kernel import clock, log
from huiyin.kernel.errors import Refused
from huiyin.knowledge import actions
from huiyin.knowledge.actions import Verdict
from huiyin.knowledge.models import RuleTrial
from huiyin.knowledge.states import TrialState

EXAMPLES = 100
_log = log.logger(__name__)


def answer_trial() -> int:
    """Answer one waiting trial; return how many there were."""
    now = clock.now()
    return int(actions.answer_next(partial(_answer, now=now), now=now))


def _answer(asked: RuleTrial, *, now: datetime) -> Verdict:
    """Try the text as a file; whatever goes wrong is the answer, never the end of the worker."""
    window = trying.Asked(asked.first, asked.last, asked.as_of, EXAMPLES)
    try:
        with tempfile.TemporaryDirectory(prefix="huiyin-trial-") as folder:
            file = Path(folder) / "rules.toml"
            file.write_text(asked.text, encoding="utf-8")
            found = trying.try_file(file, window, now=now)
        return Verdict(TrialState.DONE, result=trial_words.as_json(found))
    except ProfileError as error:
        return Verdict(TrialState.REFUSED, tuple(str(each) for each in error.problems))
    except Refused as error:
        return Verdict(TrialState.REFUSED, (error.message,))
    except Exception as error:  # noqa: BLE001 - a trial that breaks must not stop the worker
        _log.error("trial %s failed: %s", asked.pk, error)
        return Verdict(TrialState.FAILED, ("程序未能完成这次试算，请把规则文件交给维护人员",))
