"""The words of a profile and the words of the engine are the same words."""

import re
from pathlib import Path

import huiyin
from huiyin.cities import vocabulary

READ = re.compile(r"\bparameter\(\s*\"([a-z_.]+)\"")


def test_every_parameter_that_the_engine_reads_can_be_set_by_a_profile():
    root = Path(huiyin.__file__).parent
    sources = [path for path in root.rglob("*.py") if "tests" not in path.parts]
    read = {key for path in sources for key in READ.findall(path.read_text(encoding="utf-8"))}
    assert "return.max_times" in read, "the engine reads parameters in another way now"
    assert read <= set(vocabulary.PARAMETERS)
