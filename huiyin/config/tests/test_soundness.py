"""``huiyin check`` finds what is broken, and says what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from huiyin.config import installation, soundness
from huiyin.config.installation import Facts
from huiyin.config.soundness import Finding, Service
from huiyin.kernel import clock, jobs, keys
from huiyin.kernel.models import JobRun, OutboxRow
from huiyin.orders.actions import texts
from tests.world import Story

NOW = clock.now()


@pytest.fixture
def service(db) -> Service:
    connection.ensure_connection()
    return Service(connection.connection, clock.now())


@pytest.fixture
def facts(monkeypatch) -> SimpleNamespace:
    """Return what the database is said to hold; the test may change it."""
    said = SimpleNamespace(
        value=Facts(installation.migrations_on_disk(), ("德州市", "x"), (), has_orders=False)
    )
    monkeypatch.setattr(installation, "facts", lambda: said.value)
    return said


def level(found: Finding) -> str:
    assert found.text
    assert found.level == "ok" or found.remedy or found.name == "migrations"
    return found.level


def test_a_good_database_is_sound(service: Service, facts) -> None:
    good = (service.server, service.locale, service.safety, service.clock, service.migrations)
    assert [level(question()) for question in good] == ["ok"] * 5
    assert level(service.city()) == level(service.demo()) == level(service.outbox()) == "ok"


def test_keys(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "secrets/keys.json"
    monkeypatch.setenv("HUIYIN_KEYS_FILE", str(path))
    assert level(soundness.key_file()) == "bad"
    keys.create_file(path)
    assert level(soundness.key_file()) == "ok"
    path.chmod(0o640)
    assert "chmod 600" in soundness.key_file().remedy
    path.write_text("{}")
    assert level(soundness.key_file()) == "bad"


@pytest.mark.parametrize(("free", "wanted"), [(0.5, "bad"), (3, "warn"), (50, "ok")])
def test_disk(free: float, wanted: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HUIYIN_VAR", str(tmp_path))
    usage = SimpleNamespace(free=int(free * soundness.GIB))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert level(soundness.disk()) == wanted


def test_attachments(tmp_path: Path, settings) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    assert level(soundness.attachments()) == "ok"
    (tmp_path / "file").write_text("in the way")
    settings.ATTACHMENTS_DIR = tmp_path / "file"
    assert level(soundness.attachments()) == "bad"


def test_static(tmp_path: Path, settings) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATIC_ROOT = tmp_path / "collected"
    assert level(soundness.static()) == "bad"
    (tmp_path / "vendor").mkdir()
    assert level(soundness.static()) == "warn"


@pytest.mark.parametrize(("skew", "wanted"), [(1, "ok"), (5, "warn"), (-60, "bad")])
def test_clock(service: Service, skew: int, wanted: str) -> None:
    service.now = clock.now() + timedelta(seconds=skew)
    assert level(service.clock()) == wanted


def test_settings_that_lose_data(service: Service) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
    assert "synchronous_commit" in service.safety().text
    assert level(service.safety()) == "bad"


def test_migrations_that_are_missing_or_newer(service: Service, facts) -> None:
    on_disk = installation.migrations_on_disk()
    facts.value = Facts(on_disk - {("orders", "0001_initial")}, None, (), has_orders=False)
    assert "orders.0001_initial" in service.migrations().text
    assert len(list(service.questions())) == 5
    facts.value = Facts(on_disk | {("orders", "9999_x")}, None, (), has_orders=False)
    assert level(service.migrations()) == "bad"


def test_no_city(service: Service, facts) -> None:
    facts.value = Facts(frozenset(), None, (), has_orders=False)
    assert level(service.city()) == "bad"


@pytest.mark.parametrize(("demo", "wanted"), [(True, "warn"), (False, "bad")])
def test_demonstration_accounts(service: Service, facts, settings, demo, wanted) -> None:
    settings.DEMO = demo
    facts.value = Facts(frozenset(), None, ("agent",), has_orders=False)
    assert level(service.demo()) == wanted


@pytest.mark.parametrize(
    ("day", "wanted"),
    [("2026-10-31", "ok"), ("2026-11-01", "warn"), ("2027-02-01", "warn")],
)
def test_the_table_of_next_year(service: Service, day: str, wanted: str) -> None:
    service.now = datetime.fromisoformat(f"{day}T12:00:00+08:00")
    assert level(service.calendar()) == wanted


def test_gateways_that_cannot_send(service: Service, settings) -> None:
    assert level(service.messages()) == "ok"
    settings.SMTP_URL = "smtp://127.0.0.1?from=a@example.cn"
    assert level(service.messages()) == "warn"
    assert "HUIYIN_PUBLIC_URL" in service.messages().text


def test_worker(service: Service) -> None:
    assert level(service.worker()) == "bad"
    beat = "insert into procrastinate_workers (last_heartbeat) values (now() - %s)"
    with connection.cursor() as cursor:
        cursor.execute(beat, [timedelta(minutes=2)])
        assert level(service.worker()) == "bad"
        cursor.execute(beat, [timedelta(seconds=5)])
    assert level(service.worker()) == "ok"


@pytest.fixture
def one_job() -> Iterator[None]:
    before = dict(jobs.REGISTRY)
    jobs.REGISTRY.clear()
    jobs.REGISTRY["x"] = jobs.Job("x", "* * * * *", timedelta(minutes=1), lambda _: 0)
    yield
    jobs.REGISTRY.clear()
    jobs.REGISTRY.update(before)


def test_jobs(service: Service, one_job) -> None:
    assert level(service.jobs()) == "ok", "a new installation is doing them"
    began = service.now - timedelta(minutes=11)
    JobRun.objects.create(name="y", scheduled_for=began, started_at=began, ended_at=began)
    assert "：x" in service.jobs().text
    JobRun.objects.create(
        name="x", scheduled_for=service.now, started_at=service.now, ended_at=service.now
    )
    assert level(service.jobs()) == "ok"


def test_outbox(service: Service) -> None:
    row = OutboxRow.objects.create(
        consumer="live", topic="t", payload={}, created_at=service.now,
        available_at=service.now - timedelta(minutes=5),
    )  # fmt: skip
    assert "5 分钟" in service.outbox().text
    row.attempts = 12
    row.save()
    assert "huiyin outbox retry" in service.outbox().remedy
    assert level(service.outbox()) == "warn"


def test_a_database_that_does_not_answer_is_a_finding(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    (found,) = soundness.of_service(NOW)
    assert (found.name, found.level) == ("postgres", "bad")


def test_orders_that_the_search_does_not_know(story: Story, service: Service) -> None:
    assert level(service.search()) == "ok"
    story.created()
    assert "huiyin search rebuild" in service.search().remedy
    list(texts.rebuild())
    assert level(service.search()) == "ok"
