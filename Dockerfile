FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/duban \
 && /opt/duban/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
ENV PATH=/opt/duban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DUBAN_DATABASE_URL=sqlite:////data/duban.db \
    DUBAN_DATA=/data \
    DUBAN_LISTEN=0.0.0.0:8080
COPY --from=build /opt/duban /opt/duban
WORKDIR /app
COPY config config
COPY bot bot
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
