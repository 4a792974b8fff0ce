# The packages, exactly those of the hashed lock, in a stage of their own: pip and its cache stay behind.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/duban \
 && /opt/duban/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
# The ledger and the evidence lie in the volume /data. Outside, publish 8080 only to the proxy that takes the webhook.
ENV PATH=/opt/duban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DUBAN_DATABASE_URL=sqlite:////data/duban.db \
    DUBAN_DATA=/data \
    DUBAN_LISTEN=0.0.0.0:8080
COPY --from=build /opt/duban /opt/duban
WORKDIR /app
COPY config config
COPY bot bot
# Compiled here, because the user that runs it may not write into /app.
RUN python -m compileall -q /opt/duban bot \
 && useradd --uid 10001 --create-home duban \
 && mkdir /data \
 && chown duban /data
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
