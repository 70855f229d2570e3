"""Telephones of the tests: sipp with scenarios made here. Callers hum at 440 Hz, agents at 880."""

from __future__ import annotations

import math
import subprocess
import wave
from io import BytesIO
from pathlib import Path

RATE = 8000
CITIZEN, AGENT, OTHER = 440, 880, 1320


def _alaw(sample: int) -> int:
    """Return a sample in the code of European telephones (G.711 A-law)."""
    sign, size = (0xD5, sample) if sample >= 0 else (0x55, -sample - 1)
    size = min(size, 32635) >> 3
    exponent = max(0, size.bit_length() - 5)
    mantissa = (size >> exponent) & 0x0F if exponent else size >> 1 & 0x0F
    return sign ^ (exponent << 4 | mantissa)


def tone(folder: Path, pitch: int) -> Path:
    """Write three seconds of a tone and return the file."""
    target = folder / f"tone{pitch}.al"
    samples = (int(9000 * math.sin(2 * math.pi * pitch * n / RATE)) for n in range(3 * RATE))
    target.write_bytes(bytes(_alaw(sample) for sample in samples))
    return target


_SDP = """      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=u 1 1 IN IP4 [local_ip]
      s=-
      c=IN IP4 [media_ip]
      t=0 0
      m=audio [rtpstream_audio_port] RTP/AVP 8
      a=rtpmap:8 PCMA/8000
"""
_REPLY = """      [last_Via:]
      [last_From:]
      [last_To:]{tag}
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port]>
"""
_BYE = """<send retrans="500"><![CDATA[
      BYE [$3] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      From:{own}
      To:{other}
      Call-ID: [call_id]
      CSeq: 9 BYE
      Max-Forwards: 70
      Content-Length: 0
]]></send><recv response="200"/>"""
_BYE_OK = (
    "<send><![CDATA[\n      SIP/2.0 200 OK\n"
    + _REPLY.format(tag="")
    + "      Content-Length: 0\n]]></send>"
)


def caller(sound: Path | None, *, hangs_up_after: float = 0, waits: float = 60) -> str:
    """Return a citizen who calls and is hung up on, or hangs up after some seconds."""
    play = _play(sound)
    invite = f"""<send retrans="500"><![CDATA[
      INVITE sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      From: <sip:[field0]@[local_ip]>;tag=c[pid]x[call_number]
      To: <sip:[field1]@[remote_ip]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:[field0]@[local_ip]:[local_port]>
      Max-Forwards: 70
{_SDP}]]></send>
<recv response="100" optional="true"/><recv response="180" optional="true"/>
<recv response="200" rrs="true"><action>
<ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="3"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="4"/></action></recv>
<send><![CDATA[
      ACK [$3] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      From: <sip:[field0]@[local_ip]>;tag=c[pid]x[call_number]
      To:[$4]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0
]]></send>{play}"""
    if hangs_up_after:
        own = " <sip:[field0]@[local_ip]>;tag=c[pid]x[call_number]"
        end = f'<pause milliseconds="{int(hangs_up_after * 1000)}"/>' + _BYE.format(
            own=own, other="[$4]"
        )
    else:
        end = f'<recv request="BYE" timeout="{int(waits * 1000)}"/>{_BYE_OK}'
    return f'<?xml version="1.0"?><scenario name="caller">{invite}{end}</scenario>'


def phone(sound: Path | None, *, rings: float = 0.2, talks: float = 0, busy: bool = False) -> str:
    """Return the telephone of a seat: answers, hums, and waits for the end or ends the talk."""
    tag = ";tag=a[pid]x[call_number]"
    head = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/>
<ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="3"/></action></recv>"""
    said = _REPLY.format(tag=tag)
    none = "      Content-Length: 0\n]]></send>"
    if busy:
        refuse = f'<send retrans="500"><![CDATA[\n      SIP/2.0 486 Busy Here\n{said}{none}'
        end = f'{refuse}<recv request="ACK"/><Reference variables="1,2,3"/>'
        return f'<?xml version="1.0"?><scenario name="busy">{head}{end}</scenario>'
    ring = (
        f"<send><![CDATA[\n      SIP/2.0 180 Ringing\n{said}{none}"
        f'<pause milliseconds="{int(rings * 1000)}"/>'
    )
    take = (
        f'<send retrans="500"><![CDATA[\n      SIP/2.0 200 OK\n{said}{_SDP}]]></send>'
        f'<recv request="ACK"/>{_play(sound)}'
    )
    if talks:
        end = f'<pause milliseconds="{int(talks * 1000)}"/>' + _BYE.format(
            own=f"[$2]{tag}", other="[$1]"
        )
    else:
        end = f'<recv request="BYE" timeout="60000"/>{_BYE_OK}'
    return (
        f'<?xml version="1.0"?><scenario name="phone">{head}{ring}{take}{end}'
        '<Reference variables="1,2,3"/></scenario>'
    )


def _play(sound: Path | None) -> str:
    return f'<nop><action><exec rtp_stream="{sound},-1,8"/></action></nop>' if sound else ""


class Sipp:
    """One sipp process with its scenario."""

    def __init__(self, folder: Path, port: int, target: str) -> None:
        self.folder, self.port, self.target = folder, port, target
        self._number = 0

    def start(
        self, scenario: str, calls: int, *, rate: float = 10, numbers: list[str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Run ``calls`` calls of a scenario at a rate per second."""
        self._number += 1
        file = self.folder / f"s{self.port}-{self._number}.xml"
        file.write_text(scenario)
        data = file.with_suffix(".csv")
        rows = numbers or ["13900000001;12345"]
        data.write_text("SEQUENTIAL\n" + "".join(f"{row}\n" for row in rows))
        words = [
            "sipp", self.target, "-sf", str(file), "-inf", str(data), "-i", "127.0.0.1",
            "-p", str(self.port), "-mi", "127.0.0.1", "-mp", str(self.port + 20000),
            "-m", str(calls), "-l", str(calls), "-r", str(rate), "-nostdin",
            "-trace_err", "-error_file", str(file.with_suffix(".err")),
        ]  # fmt: skip
        with file.with_suffix(".log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder
            )

    def errors(self) -> str:
        """Return what went wrong, for the message of a failed test."""
        return "\n".join(p.read_text()[:1500] for p in self.folder.glob("*.err"))


def strength(sound: bytes) -> dict[int, float]:
    """Return how strong each of the tones is in a recording, by the Goertzel sum."""
    with wave.open(BytesIO(sound)) as opened:
        raw = opened.readframes(opened.getnframes())
        rate = opened.getframerate()
    samples = [int.from_bytes(raw[n : n + 2], "little", signed=True) for n in range(0, len(raw), 2)]
    return {pitch: _goertzel(samples, pitch, rate) for pitch in (CITIZEN, AGENT, OTHER, 600)}


def beside(sound: bytes, pitch: int) -> float:
    """Return how much is heard in a recording beside a tone, as a mean square."""
    with wave.open(BytesIO(sound)) as opened:
        raw = opened.readframes(opened.getnframes())
    samples = [int.from_bytes(raw[n : n + 2], "little", signed=True) for n in range(0, len(raw), 2)]
    whole = sum(sample**2 for sample in samples) / max(1, len(samples))
    return whole - 2 * strength(sound)[pitch] ** 2


def _goertzel(samples: list[int], pitch: int, rate: int) -> float:
    turn = 2 * math.cos(2 * math.pi * pitch / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before**2 + last**2 - turn * before * last
    return math.sqrt(max(0.0, power)) / max(1, len(samples))
