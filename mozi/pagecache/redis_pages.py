"""Entries in Redis, which all machines share: a back end for Flask-Caching.

Each shard (shards.py) is one hash, so that Redis evicts a shard's pages and their times together.
A script stores a page and makes room for it, in one step.
"""

from __future__ import annotations

from cachelib.serializers import RedisSerializer
from flask_caching.backends import RedisCache

from mozi import clock
from mozi.pagecache.shards import SHARDS, shard_of
from mozi.units import MIB

PREFIX = "mozi:page:"
# As Redis counts used memory, over all processes and machines: half of the smallest Redis on offer
# (25 MB), since the queue is there too.
MAX_BYTES = 12 * MIB

# A page has two fields: its name, with the page; "@" and its name, with the time of writing.
# An allocator gives up to a quarter more than is asked for; 300: two places in the hash.
PUT = """
local shard, name, value = KEYS[1], ARGV[1], ARGV[2]
local oldest, left, life_s = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local function size(name, length) return 1.25 * (length + 2 * #name) + 300 end
left = left - size(name, #value)
if left < 0 then return 0 end
local pages = {}
for _, field in ipairs(redis.call('hkeys', shard)) do
  if string.sub(field, 1, 1) == '@' then
    local at = tonumber(redis.call('hget', shard, field)) or 0
    table.insert(pages, {name = string.sub(field, 2), at = at})
  end
end
table.sort(pages, function(one, other) return one.at > other.at end)
for _, page in ipairs(pages) do
  if page.name ~= name then
    left = left - size(page.name, redis.call('hstrlen', shard, page.name))
    if left < 0 or page.at < oldest then
      redis.call('hdel', shard, page.name, '@' .. page.name)
    end
  end
end
redis.call('hset', shard, name, value, '@' .. name, ARGV[3])
redis.call('expire', shard, life_s)
return 1
"""


class _Bytes(RedisSerializer):
    """Bytes as they are. cachelib's own serializers would unpickle what they read."""

    def dumps(self, value: bytes, protocol: int = 0) -> bytes:
        return value

    def loads(self, bvalue: bytes | None) -> bytes | None:
        return bvalue


class RedisPages(RedisCache):
    """Bytes by key, in hashes that expire with the life of their last page."""

    serializer = _Bytes()
    max_bytes = MAX_BYTES

    def get(self, key: str) -> bytes | None:
        """Return what is stored, however old: an entry knows its own age."""
        stored: bytes | None = self._read_client.hget(_shard(key), key)
        return stored

    def set(self, key: str, value: bytes, timeout: object = None) -> bool:
        """Store value and return True; False where it is larger than its shard."""
        now_s = clock.now().timestamp()
        oldest_s = now_s - self.default_timeout
        limits = (now_s, oldest_s, self.max_bytes // SHARDS, self.default_timeout)
        return bool(self._write_client.eval(PUT, 1, _shard(key), key, value, *limits))


def _shard(key: str) -> str:
    return f"{PREFIX}{shard_of(key):x}"
