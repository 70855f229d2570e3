"""What is wrong with the settings of a switch: asked by ``huiyin acd check`` and before calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from huiyin.callcentre.telephony.drivers.ari import Ari

Ask = Callable[[str, str], Awaitable[tuple[int, Any]]]
_OK, _FORBIDDEN = 200, 403
_DYNAMIC = "asterisk/config/dynamic/res_pjsip"
_TOLD = f"{_DYNAMIC}/aor/huiyin-check"
_NEEDED = (
    "res_ari_channels.so", "res_ari_bridges.so", "res_ari_recordings.so", "res_ari_playbacks.so",
    "res_ari_asterisk.so", "res_ari_events.so", "chan_pjsip.so", "app_stasis.so", "app_queue.so",
    "res_musiconhold.so", "bridge_softmix.so", "format_wav.so", "res_sorcery_memory.so",
)  # fmt: skip
_OPEN = {
    "res_pjsip_endpoint_identifier_anonymous.so": "允许匿名来电",
    "res_pjsip_refer.so": "话机可自行转接到任意号码",
}


async def faults(ari: Ari, ask: Ask) -> list[str]:
    """Return a line for everything with which no call may be taken; empty when there is nothing.

    Missing modules, an account that may only read, telephones that cannot be told, and every open
    door: anonymous callers, telephones that transfer by themselves, commands in the clear.

    Source: R-575 (issue of calls: a wrong setting stops ``huiyin acd`` with one clear line).
    """
    wrong = _modules(await ask("GET", "asterisk/modules"))
    if (await ask("GET", f"{_DYNAMIC}/endpoint/anonymous"))[0] == _OK:
        wrong.append("不安全：有名为 anonymous 的话机，任何人都能呼入，请在 pjsip.conf 中去掉")
    status, _ = await ask("PUT", _TOLD)
    if status == _FORBIDDEN:
        wrong.append("ARI 账号只能读，请在 ari.conf 中写 read_only = no")
    elif status != _OK:
        wrong.append("席位话机不能登记；请在 sorcery.conf 中为 res_pjsip 加上 memory")
    await ask("DELETE", _TOLD)
    if ari.in_the_clear:
        wrong.append("不安全：ARI 未加密地跨主机使用，请改用 https 地址")
    return wrong


async def notices(ask: Ask) -> list[str]:
    """Return a line for what calls can do without, but a centre cannot for long."""
    if (await ask("GET", f"{_DYNAMIC}/endpoint/trunk"))[0] != _OK:
        return ["没有名为 trunk 的线路，不能呼出；请在 pjsip.conf 中配置"]
    return []


def _modules(told: tuple[int, Any]) -> list[str]:
    """Return a line for each module that is missing, or that leaves a door open."""
    running = {m["name"] for m in told[1] or () if m.get("status") == "Running"}
    missing = [name for name in _NEEDED if name not in running]
    return [
        *(f"缺少模块 {name}，请在 modules.conf 中载入" for name in missing),
        *(
            f"不安全：{why}，请在 modules.conf 中去掉 {name}"
            for name, why in _OPEN.items()
            if name in running
        ),
    ]
