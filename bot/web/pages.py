"""The web side of a node: health, metrics and, when Telegram is to call us, the webhook entrance."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.entrance import Entrance
from bot.web.metrics import Metrics
from bot.web.pulse import Pulse

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def create_web(
    metrics: Metrics, pulse: Pulse, *, webhook: Entrance | None = None, more: Sequence[BaseRoute] = ()
) -> Starlette:
    """/healthz (200 or 503, with the age of everything that should go on), /metrics, the webhook, and `more` routes."""

    def healthz(request: Request) -> Response:
        ill = pulse.ill()
        ages = {name: round(age, 1) for name, age in pulse.ages().items()}
        return JSONResponse({"ok": not ill, "ill": ill, "seconds_since": ages}, status_code=503 if ill else 200)

    def page(request: Request) -> Response:
        return Response(metrics.page(), media_type=PROMETHEUS)

    routes: list[BaseRoute] = [Route("/healthz", healthz), Route("/metrics", page), *more]
    if webhook is not None:
        routes.append(Route(webhook.path, webhook.receive, methods=["POST"]))
    return Starlette(routes=routes)
