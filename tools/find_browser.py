"""Make sure the browser tests have a browser, where one may be installed.

Looks for Chromium; installs Debian's package when it is absent and this process may do so. Without
one the browser tests are skipped with a stated reason (in CI they fail).
"""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Find or install a browser and say which."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing a browser for the report's tests...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=False, capture_output=True)
        found = shutil.which("chromium")
    print(f"Browser for tests: {found or 'none; those tests are skipped'}")


if __name__ == "__main__":
    main()
