"""Real servers on this machine for the drivers to speak to."""

from __future__ import annotations

import pytest
from django.db import connection

from huiyin.channels.messaging.models import Message, MessageTemplate
from huiyin.channels.messaging.tests.servers import Certificates, GatewayServer, MailServer


@pytest.fixture
def gateway():
    """Return an HTTP gateway that keeps what it is sent and answers as told."""
    with GatewayServer() as server:
        yield server


@pytest.fixture
def mail_server():
    """Return a mail server that keeps what it is sent and answers as told."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    """Return a certificate for this machine and the authority that signed it."""
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """Let a test commit, so that several connections see each other; its rows are deleted."""
    with django_db_blocker.unblock():
        yield
        Message.objects.all().delete()
        MessageTemplate.objects.all().delete()
        connection.close()
