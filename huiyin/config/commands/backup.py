"""``huiyin backup`` and ``restore``: one file for one installation."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from huiyin.config import archive, environment, installation, unpacking
from huiyin.config.commands import base
from huiyin.config.commands.voice import say, tell
from huiyin.worktime.calendar import SHANGHAI


def backup(
    file: Annotated[Path, typer.Argument(help="要写的文件，须还不存在")],
    *,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="连密钥文件一起备份；这份文件须像密钥一样保管")
    ] = False,
) -> None:
    """备份数据库和附件为一个文件；可在运行中进行。"""
    base.with_django()
    from huiyin.kernel import clock

    made = archive.make(file, with_keys=with_keys, now=clock.now())
    say(f"已备份到 {file}：{file.stat().st_size / 1e6:.1f} MB，附件 {made.attachments} 个")
    if with_keys:
        say("密钥文件也在其中，请像保管密钥一样保管它")
    else:
        say(f"密钥文件不在其中，请另行保管 {environment.keys_file()}：没有它，备份无法恢复")
    if made.damaged:
        tell(
            f"注意：{len(made.damaged)} 个附件的内容与其摘要不符，照原样备份：{made.damaged[0]} 等"
        )


def restore(
    file: Annotated[Path, typer.Argument(help="huiyin backup 做的文件")],
) -> None:
    """恢复备份到一个空的安装；先全部核对，再动手。"""
    base.with_database()
    installation.choose_settings()
    installation.set_up_django()
    manifest = unpacking.run(file)
    made = datetime.fromisoformat(manifest.made_at).astimezone(SHANGHAI)
    say(f"已恢复 {made:%Y-%m-%d %H:%M} 的备份，附件 {manifest.attachments} 个")
    known = installation.facts()
    if not installation.migrations_on_disk() <= known.applied:
        say(f"升级了 {installation.migrate()} 项数据表")
    say("请执行 huiyin audit verify 核对历史")
