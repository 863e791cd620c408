# Mozi as an image: docs/deploy.md, "An image". BASE: a Debian image with Python 3.11 or newer.
ARG BASE=python:3.13-slim
FROM ${BASE} AS build

WORKDIR /app
COPY requirements.txt ./
# Compiled once, below, since the image's file system is read-only. pip itself stays out of the
# image, and so do the descriptions of Amazon's services other than S3 and those of its sign-in.
RUN python3 -m venv --without-pip .venv \
    && python3 -m venv /tmp/pip \
    && /tmp/pip/bin/pip --python .venv/bin/python install --no-cache-dir --no-compile \
        --disable-pip-version-check --require-hashes -r requirements.txt \
    && find .venv/lib/python3*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d \
        ! -name s3 ! -name sts ! -name sso ! -name sso-oidc ! -name signin -exec rm -r {} +
COPY . .
RUN .venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash .

FROM ${BASE}
LABEL org.opencontainers.image.title="Mozi" \
      org.opencontainers.image.description="A calendar of film premieres" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
RUN mkdir /data && chown 10001:10001 /data && chmod 700 /data
WORKDIR /app
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    FLASK_APP=wsgi.py DATA_DIR=/data PORT=8000
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/healthz' % os.environ['PORT'], timeout=4)"]
CMD ["scripts/serve"]
