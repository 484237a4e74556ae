"""Anthropic's memory stores and the memories in them."""

from dataclasses import dataclass, field
from hashlib import sha256

from connectors.simulator import ids, keys, paging
from connectors.simulator.calls import BAD_REQUEST, CONFLICT, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import rfc3339
from connectors.simulator.world import World

_BETAS = ("agent-memory-2026-07-22", "managed-agents-2026-04-01")
_STORE = "/v1/memory_stores/{store}"
_MEMORY = f"{_STORE}/memories/{{memory}}"
_LARGEST = 100_000
_LONGEST_PATH = 1024


@dataclass(slots=True)
class Memory:
    """One file of a store."""

    id: str
    path: str
    content: str
    created_at: int
    updated_at: int
    version: int = 1

    @property
    def sha256(self) -> str:
        return sha256(self.content.encode()).hexdigest()


@dataclass(slots=True)
class Store:
    """A store that agents can mount."""

    id: str
    name: str
    description: str
    metadata: Json
    created_at: int
    memories: list[Memory] = field(default_factory=list)


class AnthropicMemory:
    """/v1/memory_stores and /v1/memory_stores/{id}/memories."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stores: list[Store] = []
        self.made = 0

    @route("POST", "/v1/memory_stores", scope=keys.WORKSPACE_WRITE, betas=_BETAS)
    def create_store(self, call: Call) -> Json:
        name = _required(call, "name")
        store = Store(
            id=self._mint("memstore_01"),
            name=name,
            description=str(call.body.get("description") or ""),
            metadata=dict(call.body.get("metadata") or {}),
            created_at=call.now,
        )
        self.stores.append(store)
        return _store(store)

    @route(
        "GET",
        "/v1/memory_stores",
        scope=keys.WORKSPACE_READ,
        betas=_BETAS,
        params=("limit", "page", "include_archived", "created_at", "beta"),
    )
    def stores_listed(self, call: Call) -> Json:
        return paging.by_token(reversed(self.stores), _store, call)

    @route("GET", _STORE, scope=keys.WORKSPACE_READ, betas=_BETAS)
    def store(self, call: Call) -> Json:
        return _store(self._store(call))

    @route("POST", f"{_STORE}/memories", scope=keys.WORKSPACE_WRITE, betas=_BETAS)
    def create(self, call: Call) -> Json:
        store, path = self._store(call), _required(call, "path")
        if not path.startswith("/") or len(path) > _LONGEST_PATH:
            raise Refused(BAD_REQUEST, "path: must be absolute", param="path")
        if any(memory.path == path for memory in store.memories):
            raise Refused(CONFLICT, f"path: a memory exists at {path}", param="path")
        content = _content(call) or ""
        memory = Memory(self._mint("mem_01"), path, content, call.now, call.now)
        store.memories.append(memory)
        return _shown(store, memory, call)

    @route(
        "GET",
        f"{_STORE}/memories",
        scope=keys.WORKSPACE_READ,
        betas=_BETAS,
        params=("limit", "page", "path_prefix", "view", "depth", "beta"),
    )
    def memories(self, call: Call) -> Json:
        store, prefix = self._store(call), call.one("path_prefix") or "/"
        found = sorted(
            (memory for memory in store.memories if memory.path.startswith(prefix)),
            key=lambda memory: memory.path,
        )
        return paging.by_token(found, lambda memory: _shown(store, memory, call), call)

    @route("GET", _MEMORY, scope=keys.WORKSPACE_READ, betas=_BETAS)
    def memory(self, call: Call) -> Json:
        store, memory = self._memory(call)
        return {**_shown(store, memory, call), "content": memory.content}

    @route("POST", _MEMORY, scope=keys.WORKSPACE_WRITE, betas=_BETAS)
    def update(self, call: Call) -> Json:
        store, memory = self._memory(call)
        condition = call.body.get("precondition") or {}
        if condition and condition.get("content_sha256") != memory.sha256:
            raise Refused(CONFLICT, "precondition: the memory's content has changed")
        content = _content(call)
        memory.content = memory.content if content is None else content
        memory.path = str(call.body.get("path") or memory.path)
        memory.version += 1
        memory.updated_at = call.now
        return _shown(store, memory, call)

    @route("DELETE", _MEMORY, scope=keys.WORKSPACE_WRITE, betas=_BETAS)
    def delete(self, call: Call) -> Json:
        store, memory = self._memory(call)
        store.memories.remove(memory)
        return {"id": memory.id, "type": "memory_deleted"}

    def _mint(self, prefix: str) -> str:
        self.made += 1
        return ids.mint(prefix, self.world.seed, self.made)

    def _store(self, call: Call) -> Store:
        wanted = call.path_args["store"]
        for store in self.stores:
            if store.id == wanted:
                return store
        raise Refused(NOT_FOUND, f"memory store not found: {wanted}")

    def _memory(self, call: Call) -> tuple[Store, Memory]:
        store, wanted = self._store(call), call.path_args["memory"]
        for memory in store.memories:
            if memory.id == wanted:
                return store, memory
        raise Refused(NOT_FOUND, f"memory not found: {wanted}")


def _required(call: Call, name: str) -> str:
    value = call.body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(BAD_REQUEST, f"{name}: Field required", param=name)
    return value


def _content(call: Call) -> str | None:
    content = call.body.get("content")
    if content is None:
        return None
    text = str(content)
    if len(text.encode()) > _LARGEST:
        raise Refused(BAD_REQUEST, "content: must be at most 100 kB", param="content")
    return text


def _store(store: Store) -> Json:
    return {
        "id": store.id,
        "type": "memory_store",
        "name": store.name,
        "description": store.description,
        "metadata": store.metadata,
        "archived_at": None,
        "created_at": rfc3339(store.created_at),
        "updated_at": rfc3339(store.created_at),
    }


def _shown(store: Store, memory: Memory, call: Call) -> Json:
    full = call.one("view") == "full"
    return {
        "id": memory.id,
        "type": "memory",
        "memory_store_id": store.id,
        "memory_version_id": f"memver_{memory.id[4:]}{memory.version:04d}",
        "path": memory.path,
        "content": memory.content if full else None,
        "content_sha256": memory.sha256,
        "content_size_bytes": len(memory.content.encode()),
        "created_at": rfc3339(memory.created_at),
        "updated_at": rfc3339(memory.updated_at),
    }
