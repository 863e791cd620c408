"""The layer that believes the operator's proxies about the client's address and scheme."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.middleware.proxy_fix import ProxyFix

from mozi.server.answers import Environ, StartResponse, WSGIApp


class BelievedProxies(ProxyFix):
    """A ProxyFix for so many proxies, some of which leave X-Forwarded-Proto as it came.

    ProxyFix wants a value of each proxy in both headers. Fly's and Render's add to
    X-Forwarded-For alone, and name the scheme once: it is taken for that of the proxies before.

    It never believes X-Forwarded-Host or -Port: a proxy passes Host on, SITE_URL says the rest,
    and a proxy that does not set these headers passes on what the client made up.
    """

    def __init__(self, app: WSGIApp, hops: int) -> None:
        super().__init__(app, x_for=hops, x_proto=hops)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        schemes = environ.get("HTTP_X_FORWARDED_PROTO", "")
        missing = self.x_proto - schemes.count(",") - 1
        if schemes and missing > 0:
            first = schemes.partition(",")[0]
            environ["HTTP_X_FORWARDED_PROTO"] = f"{first}," * missing + schemes
        return super().__call__(environ, start_response)
