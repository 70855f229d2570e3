"""What can go wrong with the private database, each as one line a person can act on."""

import errno
import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path


class PostgresProblem(Exception):
    """One clear reason why the database cannot be used.

    Attributes:
        code: short English word for programs and tests.
        message: what is wrong and what would help, in Chinese, one line.
        detail: the server's own words, one line, or empty.
    """

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        self.code = code
        self.message = message
        self.detail = " ".join(detail.split())
        super().__init__(code, message, detail)

    def __str__(self) -> str:
        words = f"{self.message}（{self.code}）"
        return f"{words}：{self.detail}" if self.detail else words


DISK_FULL = "磁盘空间不足，写不下去；请腾出空间后再试，已提交的数据不会丢"

# The order matters: a full /dev/shm also says "No space left on device".
_KNOWN = (
    (r"could not resize shared memory segment", "shm_full", "共享内存 /dev/shm 太小；请把它调大"),
    (
        r"No space left on device|Disk quota exceeded|File too large|wrote only \d+ of \d+ bytes",
        "disk_full",
        DISK_FULL,
    ),
    (
        r"could not look up (effective|local) user",
        "no_account",
        "服务器账号在系统里没有名字；请用 HUIYIN_PG_USER 指定一个已有的账号",
    ),
    (
        r"pre-existing shared memory block",
        "still_used",
        "上一次的数据库进程还没有退净；请稍后再试",
    ),
    (
        r"database files are incompatible with server",
        "wrong_major",
        "数据与程序的版本不符；数据没有被改动",
    ),
    (
        r"could not locate a valid checkpoint|invalid (primary )?checkpoint|control file appears"
        r'|could not open (control )?file ".*/(pg_control|pg_filenode.map)"',
        "damaged",
        "数据文件已损坏；请从备份恢复到新的数据目录",
    ),
    (
        r'configuration file ".*" contains errors|parameter ".*" (cannot be changed|requires)'
        r"|invalid value for parameter|unrecognized configuration parameter|syntax error in file",
        "bad_settings",
        "数据库的配置有错；请检查数据目录里的 local.conf",
    ),
    (
        r"Cannot allocate memory|could not map anonymous",
        "out_of_memory",
        "内存不足，数据库启动不了",
    ),
    (r"invalid locale name", "no_locale", "系统缺少 C.UTF-8 语言环境；请安装后再试"),
    (
        r"[Uu]nix-domain socket path .* too long",
        "path_too_long",
        "套接字路径太长；请换一个短些的数据目录",
    ),
    (
        r'lock file ".*" already exists',
        "still_used",
        "另一个数据库正占用这个目录或套接字；请先停掉它",
    ),
    (
        r"unsupported version \(.*\) in file header",
        "newer_backup",
        "备份文件是更新版本的 PostgreSQL 做的；请安装那个版本再恢复",
    ),
    (r"server version mismatch", "wrong_major", "备份程序比数据库旧；请安装与数据库同版本的程序"),
    (r"Permission denied|Operation not permitted", "no_permission", "没有权限"),
)
_REASON = re.compile(r"PANIC|FATAL|[Ee]rror|ERROR")


def recognise(output: str, *, only: Container[str] | None = None) -> PostgresProblem | None:
    """Return the problem that a known line of ``output`` tells of, the gravest kind first.

    Args:
        output: lines of a program or a log.
        only: the codes to look for; None means all.
    """
    for pattern, code, message in _KNOWN:
        for line in reversed(output.splitlines()):
            if (only is None or code in only) and re.search(pattern, line):
                return PostgresProblem(code, message, line)
    return None


def explain(output: str, *, doing: str) -> PostgresProblem:
    """Return the problem behind a failed program, known or not.

    Args:
        output: all that the program and the server's log said.
        doing: what was tried, in Chinese, for the unknown case.
    """
    lines = [line for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if _REASON.search(line)] or lines
    return recognise(output) or PostgresProblem("failed", f"{doing}失败", (telling or [""])[0])


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals inside the block into problems that name the path."""
    try:
        yield
    except PermissionError as refusal:
        where = refusal.filename or path
        raise PostgresProblem(
            "no_permission", f"当前账号没有权限使用 {where}；请换用有权限的账号"
        ) from refusal
    except OSError as refusal:
        raise _problem_of(refusal, path) from refusal


def _problem_of(refusal: OSError, path: Path) -> PostgresProblem:
    """Name what an ``OSError`` other than missing rights means."""
    if refusal.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PostgresProblem("disk_full", DISK_FULL, str(refusal))
    if refusal.errno == errno.ENAMETOOLONG:
        return PostgresProblem("path_too_long", "路径太长；请换一个短些的数据目录")
    if refusal.errno == errno.EROFS:
        return PostgresProblem("no_permission", f"{path} 所在的文件系统只读；请换一个数据目录")
    return PostgresProblem("failed", f"无法使用 {path}", str(refusal))
