"""One ASGI application: the collect API beside whatever else the workspace shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from leadline.web.collect import hooks
from leadline.web.collect.pages import routes
from leadline.web.collect.ports import Limits, Ports
from leadline.web.collect.route import PATHS, Collect


class Server:
    """Sends events straight to the collect route, all else to Starlette.

    `beside` is an ASGI application that answers whatever is not the collect API's.
    """

    def __init__(self, ports: Ports, limits: Limits | None = None, beside: Any = None) -> None:
        self.collect = Collect(ports, limits)
        mounted = [Mount("/", app=beside)] if beside is not None else []
        self._rest = Starlette(routes=[*routes(self.collect), hooks.route(ports), *mounted], lifespan=self._lifespan)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI 3."""
        if scope["type"] == "http" and scope["path"] in PATHS:
            await self.collect(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        self.collect.close()
