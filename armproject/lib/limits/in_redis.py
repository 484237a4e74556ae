"""Buckets in Redis: one script, which Redis runs as a whole."""

from collections.abc import Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from armproject.lib.limits.bucket import Bucket, Held

PATIENCE = 0.25  # seconds; a store that takes longer is as good as away
PREFIX = "arm:calls:"
# Numbers in Redis' scripts are doubles: exact for microseconds until the year 2255.
TAKE = """
local time = redis.call('TIME')
local moment = time[1] * 1000000 + time[2]
local cost, levels, fits = tonumber(ARGV[1]), {}, 1
for number, key in ipairs(KEYS) do
    local level = math.max((tonumber(redis.call('GET', key)) or 0) - moment, 0)
    levels[number] = level
    if level + cost * ARGV[2 * number] > tonumber(ARGV[2 * number + 1]) then fits = 0 end
end
if fits == 1 then
    for number, key in ipairs(KEYS) do
        levels[number] = levels[number] + cost * ARGV[2 * number]
        local empty_at = string.format('%.0f', moment + levels[number])
        redis.call('SET', key, empty_at, 'PX', math.ceil(levels[number] / 1000))
    end
end
return {fits, unpack(levels)}
"""


class RedisStore:
    """Keeps buckets in Redis."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._take: Any = client.register_script(TAKE)

    def take(self, buckets: Sequence[Bucket], cost: int) -> Held:
        numbers = [number for b in buckets for number in (b.interval, b.tolerance)]
        keys = [PREFIX + bucket.key for bucket in buckets]
        fits, *levels = self._take(keys=keys, args=[cost, *numbers])
        return bool(fits), tuple(map(int, levels))
