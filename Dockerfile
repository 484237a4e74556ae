# ARM as one image: the command says which of its processes a container runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    PATH=/app/.venv/bin:$PATH ARM_STATIC_ROOT=/app/staticfiles ARM_DATA_DIR=/data

RUN useradd --system --create-home --uid 10001 arm \
    && install -d -o arm -g arm -m 0700 /data
WORKDIR /app

# The packages first: they change less often than the code.
COPY requirements-bootstrap.txt requirements.txt ./
RUN python -m venv .venv \
    && pip install -q --require-hashes -r requirements-bootstrap.txt \
    && uv pip install -q --no-cache --python .venv/bin/python --require-hashes -r requirements.txt

COPY . .
# The secrets of this step are thrown away with it; a running ARM is given its own.
RUN DATABASE_URL=postgres://arm_app@database/arm REDIS_URL=redis://redis \
    ARM_SECRET_KEY=build ARM_MASTER_KEYS=k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --noinput

USER arm
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/api/health', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", \
     "--workers", "2", "--respawn-failed-workers", "--blocking-threads", "8", \
     "--workers-kill-timeout", "10s", "armproject.wsgi:application"]
