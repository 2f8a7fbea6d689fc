"""What browsers fetch before they send: the settings that Segment's library asks for, and the script."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadline.core.errors import StoreUnavailable
from leadline.web.collect.keys import allowed
from leadline.web.collect.replies import PREFLIGHT, Refusal, cors
from leadline.web.collect.route import Collect

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:\d{1,5})?")


def routes(collect: Collect) -> list[Route]:
    """The routes."""
    script = files(__package__).joinpath("leadline.js").read_bytes()
    tag = f'"{hashlib.sha256(script).hexdigest()[:16]}"'

    async def settings(request: Request) -> Response:
        key = request.path_params["key"]
        try:
            _, origins = await collect.keys.source(key)
        except Refusal:
            return JSONResponse({"success": False, "message": "The write key is not known."}, 404)
        except StoreUnavailable as error:
            return JSONResponse({"success": False, "message": f"{error}."}, 503, {"retry-after": "2"})
        answer = JSONResponse(_settings(key, request), headers={"cache-control": "private, max-age=60"})
        return _opened(request, answer, origins)

    async def leadline_js(request: Request) -> Response:
        headers = {"etag": tag, "cache-control": "public, max-age=3600", "access-control-allow-origin": "*"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(script, media_type="text/javascript", headers=headers)

    async def measures(request: Request) -> Response:
        """What Segment's library measures of itself: not kept."""
        answer = Response(status_code=204)
        if request.method == "OPTIONS":
            answer.raw_headers.extend(PREFLIGHT)
        return _opened(request, answer, ())

    return [
        Route("/v1/projects/{key}/settings", settings),
        Route("/leadline.js", leadline_js),
        Route("/v1/m", measures, methods=["POST", "OPTIONS"]),
    ]


def _opened(request: Request, answer: Response, origins: tuple[str, ...] | list[str] | object) -> Response:
    origin = request.headers.get("origin")
    if origin is not None and allowed(origin, request.headers.get("host", ""), origins):  # type: ignore[arg-type]
        answer.raw_headers.extend(cors(origin.encode("latin-1")))
    return answer


def _settings(key: str, request: Request) -> dict[str, object]:
    """What @segment/analytics-next reads: send events here, load nothing, measure nothing."""
    host = request.headers.get("host", "")
    here = {"apiHost": f"{host}/v1", "protocol": request.url.scheme} if _HOST.fullmatch(host) else {}
    plan = {"__default": {"enabled": True, "integrations": {}}}
    return {
        "integrations": {"Segment.io": {"apiKey": key, "unbundledIntegrations": [], "versionSettings": {}, **here}},
        "plan": {"track": plan, "identify": plan, "group": plan},
        "metrics": {"sampleRate": 0, **({"host": f"{host}/v1"} if here else {})},
        "enabledMiddleware": {},
        "middlewareSettings": {},
        "edgeFunction": {},
        "remotePlugins": [],
        "legacyVideoPluginsEnabled": False,
        "analyticsNextEnabled": True,
    }
