"""Copy the browser parts named here from installed packages into the static folder.

They are never committed: set-up brings them, the built wheel contains them.
"""

import json
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "huiyin/web/static/vendor"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine.csp.min.js",
}
FROM_PYTHON = {
    "django_htmx/static/django_htmx/htmx-2.min.js": "htmx.min.js",
    "ninja/static/ninja/swagger-ui.css": "swagger-ui.css",
    "ninja/static/ninja/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "ninja/static/ninja/swagger-ui-init.js": "swagger-ui-init.js",
}
# Packages that come as modules for Node are put into one file, under the name pages know them by.
BUNDLES = {"jssip": ("jssip.js", "JsSIP")}
_NEEDS = re.compile(r"""require\(['"]([^'"]+)['"]\)""")
_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n*]*(\*/)?")
ICONS = (
    "alert-triangle",
    "arrow-back-up",
    "arrow-forward-up",
    "arrow-right",
    "award",
    "book",
    "building",
    "calendar",
    "camera",
    "check",
    "checks",
    "chevron-down",
    "chevron-right",
    "circle-check",
    "clipboard-list",
    "clock",
    "copy",
    "eye",
    "eye-off",
    "file-certificate",
    "file-text",
    "git-branch",
    "git-merge",
    "headset",
    "help",
    "history",
    "home",
    "inbox",
    "letter-case",
    "link",
    "list",
    "logout",
    "map-pin",
    "menu-2",
    "message",
    "message-2",
    "mood-sad",
    "moon",
    "news",
    "pencil",
    "phone",
    "photo",
    "plus",
    "printer",
    "refresh",
    "search",
    "send",
    "settings",
    "shield-lock",
    "star",
    "sun",
    "tag",
    "upload",
    "urgent",
    "user",
    "users",
    "x",
)


def _site(path: str) -> Path:
    """Return where a file of an installed Python package lies, without importing the package."""
    package, _, rest = path.partition("/")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"missing Python package {package} (run make setup)")
    return Path(next(iter(spec.submodule_search_locations))) / rest


def copy(source: Path, target: Path) -> None:
    """Copy a file without its pointer to a source map, which we do not ship."""
    target.write_bytes(_MAP.sub(b"", source.read_bytes()))


def bundle(package: str, name: str) -> str:
    """Return a package with all it needs as one script that sets ``name``."""
    order: list[Path] = []
    bodies: list[str] = []

    def add(file: Path) -> int:
        if file in order:
            return order.index(file)
        order.append(file)
        number = len(order) - 1
        bodies.append("")
        source = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            source = f"module.exports = {source.strip()};"
        else:
            source = _NEEDS.sub(lambda m: f"require({add(_module(m[1], file.parent))})", source)
        source = _MAP.sub(b"", source.encode()).decode()
        bodies[number] = f"function (module, exports, require) {{\n{source}\n}}"
        return number

    add(_module(package, MODULES))
    return (
        f"const {name} = (() => {{ const held = {{}}, parts = [\n" + ",\n".join(bodies) + "\n];\n"
        "const require = (n) => { if (!held[n]) { held[n] = { exports: {} }; "
        "parts[n](held[n], held[n].exports, require); } return held[n].exports; };\n"
        "return require(0); })();\n"
        f"window.{name} = {name};\n"
    )


def _module(wanted: str, here: Path) -> Path:
    """Return the file that ``require`` would take in a browser."""
    if not wanted.startswith("."):
        home = MODULES / wanted
        about = json.loads((home / "package.json").read_text(encoding="utf-8"))
        entry = about.get("browser") or about.get("main") or "index.js"
        here, wanted = home, entry if isinstance(entry, str) else about["main"]
    target = (here / wanted).resolve()
    for found in (target, target.with_name(f"{target.name}.js"), target / "index.js"):
        if found.is_file():
            return found
    raise SystemExit(f"missing in node_modules (run npm ci): {wanted}")


def main() -> int:
    """Copy each file; say in one line which are missing."""
    # Afresh: an icon left over from an older list would hide that a page still asks for it, and
    # only a clean clone would find out.
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "icons").mkdir(parents=True)
    wanted = dict(FILES)
    wanted |= {f"@tabler/icons/icons/outline/{name}.svg": f"icons/{name}.svg" for name in ICONS}
    missing = [source for source in wanted if not (MODULES / source).is_file()]
    if missing:
        sys.stderr.write(f"missing in node_modules (run npm ci): {', '.join(missing)}\n")
        return 1
    for source, target in wanted.items():
        copy(MODULES / source, VENDOR / target)
    for package, (target, name) in BUNDLES.items():
        (VENDOR / target).write_text(bundle(package, name), encoding="utf-8")
    for source, target in FROM_PYTHON.items():
        copy(_site(source), VENDOR / target)
    (VENDOR / ".ready").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
