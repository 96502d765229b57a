"""Put scripts and fonts of the web face where the server finds them, each once, from npm.

Run after ``npm ci``::

    .venv/bin/python -m tools.build_assets.vendor

Files keep their names; beside each lies its gzip form, so that nothing is packed while serving.
``LICENCES.txt`` says what each is and under which licence, with its text.
"""

import gzip
import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
TARGET = HERE.parents[1] / "src" / "redball" / "web" / "static" / "vendor"

FILES = {
    "htmx.org": ("dist/htmx.min.js",),
    "maplibre-gl": (
        "dist/maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css",
    ),
    "echarts": ("dist/echarts.min.js",),
    "cytoscape": ("dist/cytoscape.esm.min.mjs",),
    "milsymbol": ("dist/milsymbol.js",),
    "@fontsource/ibm-plex-sans": tuple(
        f"files/ibm-plex-sans-{part}-{weight}-normal.woff2"
        for part in ("latin", "latin-ext")
        for weight in (400, 600)
    ),
}
_MAP = re.compile(r"\n//# sourceMappingURL=\S+\s*$")


def main() -> int:
    """Copy every file; returns the exit code."""
    if not MODULES.is_dir():
        print("The packages are not installed. Run first:", file=sys.stderr)
        print("  npm ci --prefix tools/build_assets --no-audit --no-fund --ignore-scripts")
        return 2
    partial = TARGET.with_name("vendor.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    notices = []
    for package, names in FILES.items():
        folder = MODULES / package
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        for name in names:
            _copy(folder / name, partial / Path(name).name)
        notices.append(_notice(folder, f"{package} {about['version']}", about["license"]))
    (partial / "LICENCES.txt").write_text("\n\n".join(notices), encoding="utf-8")
    shutil.rmtree(TARGET, ignore_errors=True)
    partial.rename(TARGET)
    size = sum(path.stat().st_size for path in TARGET.glob("*.gz"))
    print(f"vendor: {len(list(TARGET.glob('*.gz')))} files, {size / 1e6:.2f} MB packed")
    return 0


def _copy(source: Path, target: Path) -> None:
    """Copy a file and its packed form; scripts without the address of a map that is not served."""
    data = source.read_bytes()
    if target.suffix in (".js", ".mjs"):
        data = _MAP.sub("\n", data.decode("utf-8")).encode("utf-8")
    target.write_bytes(data)
    if target.suffix != ".woff2":
        packed = gzip.compress(data, 9, mtime=0)
        target.with_name(target.name + ".gz").write_bytes(packed)


def _notice(folder: Path, name: str, licence: str) -> str:
    found = (path for path in folder.iterdir() if path.name.upper().startswith("LICEN"))
    texts = sorted(path for path in found if path.is_file())
    words = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in texts)
    return f"{'=' * 72}\n{name}: {licence}\n{'=' * 72}\n{words}"


if __name__ == "__main__":
    raise SystemExit(main())
