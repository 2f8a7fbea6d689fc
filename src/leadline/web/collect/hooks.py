"""Where outside systems send signed messages of themselves (Standard Webhooks): POST /v1/webhooks/CONNECTION."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadline.core.errors import CallError, DataError, StoreUnavailable
from leadline.core.webhook_signature import UnsignedWebhook
from leadline.web.collect.ports import Ports

MOST = 1 << 20


def route(ports: Ports) -> Route:
    """The route."""

    async def take(request: Request) -> Response:
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > MOST:
                    return _said(413, f"A message holds at most {MOST:,} bytes")
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            await run_in_threadpool(ports.receive, request.path_params["name"], dict(request.headers), body)
        except UnsignedWebhook as error:
            return _said(401, str(error))
        except CallError as error:
            return _said(404, str(error))
        except StoreUnavailable as error:
            return _said(503, str(error), {"retry-after": "5"})
        except DataError as error:
            return _said(400, str(error))
        return Response(status_code=204)

    return Route("/v1/webhooks/{name}", take, methods=["POST"])


def _said(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"success": False, "message": f"{sentence.rstrip('.')}."}, status, headers)
