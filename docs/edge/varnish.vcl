# Varnish in front of Mozi, as /etc/varnish/default.vcl (Varnish 6.0 LTS or newer; docs/edge.md).
# Set EDGE_SECONDS and TRUSTED_PROXY_HOPS=1 for Mozi (2 with a proxy for TLS in front of Varnish).
# To change here: the address of Mozi, and the site's name.
vcl 4.1;

import std;

backend mozi {
    .host = "127.0.0.1";
    .port = "8000";
    .first_byte_timeout = 60s;  # posters and the desk; pages have less, below
    # Two answers missed: it is down, and kept pages are served without asking.
    .probe = {
        .url = "/healthz";
        .interval = 1s;
        .timeout = 2s;
        .window = 2;
        .threshold = 1;
        .initial = 1;
    }
}

sub vcl_recv {
    if (req.http.Host !~ "^example\.org(:\d+)?$" && req.url != "/healthz") {
        return (synth(421));  # no copy under a name that somebody made up
    }
    set req.http.Host = regsub(req.http.Host, ":\d+$", "");
    set req.http.X-Forwarded-For = client.ip;  # with TLS in front: leave this line out
    set req.http.X-Forwarded-Proto = "http";  # with TLS in front: "https"
    unset req.http.X-Forwarded-Host;
    unset req.http.Forwarded;

    # Arguments that mail and advertisers add; Mozi ignores the rest.
    if (req.url ~ "[?&](utm_|fbclid|gclid)") {
        set req.url = regsuball(req.url, "&(utm_[^=&]*|fbclid|gclid)(=[^&]*)?(?=&|$)", "");
        set req.url = regsub(req.url, "\?(utm_[^=&]*|fbclid|gclid)(=[^&]*)?(&|$)", "?");
        set req.url = regsub(req.url, "\?$", "");
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.Cookie ~ "(^|;\s*)session=" || req.http.Authorization ||
        req.url ~ "^/(en/)?(admin|sajat/|kereses|healthz|readyz|metrics)") {
        return (pass);
    }
    unset req.http.Cookie;

    # No grace while Mozi answers: who comes first after EDGE_SECONDS asks, the others wait for it.
    # After a failed request (a restart) or while Mozi is down, a page of up to a day is served.
    if (req.restarts == 0 && std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    } else {
        set req.grace = 24h;
    }
    return (hash);
}

sub vcl_backend_fetch {
    if (!bereq.uncacheable && bereq.url !~ "^/poster/") {
        set bereq.first_byte_timeout = 6s;
    }
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.status >= 500 && bereq.url !~ "^/poster/") {
        return (abandon);  # vcl_synth tries what is kept
    }
    if (beresp.http.CDN-Cache-Control ~ "max-age=\d+") {
        set beresp.ttl = std.duration(
            regsub(beresp.http.CDN-Cache-Control, "^.*max-age=(\d+).*$", "\1") + "s", 0s);
        set beresp.grace = 24h;
    } elsif (beresp.http.Cache-Control !~ "max-age=[1-9]" || beresp.http.Set-Cookie ||
             beresp.http.Cache-Control ~ "private|no-store|no-cache") {
        set beresp.uncacheable = true;
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
    }
    unset beresp.http.CDN-Cache-Control;
    unset beresp.http.X-Accel-Expires;
    return (deliver);
}

sub vcl_backend_error {
    if (!bereq.uncacheable) {
        return (abandon);
    }
}

sub vcl_synth {
    if (resp.status == 503 && req.restarts == 0 && (req.method == "GET" || req.method == "HEAD")) {
        return (restart);
    }
}
