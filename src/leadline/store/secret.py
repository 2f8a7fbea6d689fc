"""The installation's own secret: a random key in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

from leadline.core.settings import home


def secret_key() -> str:
    """64 hexadecimal digits, made on the first call and kept in LEADLINE_HOME/secret (mode 600)."""
    path = home() / "secret"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"secret.{os.getpid()}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        with suppress(FileExistsError):  # another process made it meanwhile: that one counts for both
            os.link(fresh, path)
        fresh.unlink()
        return path.read_text(encoding="ascii").strip()
