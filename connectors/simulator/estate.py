"""The customer's account at each vendor: projects or workspaces, and the keys in them."""

from dataclasses import dataclass, replace

from connectors.simulator import ids
from connectors.simulator.activity import DAY
from connectors.simulator.cast import ANTHROPIC_CODE, OPENAI_CODE

OPENAI = "openai"
ANTHROPIC = "anthropic"
VENDORS = (OPENAI, ANTHROPIC)


@dataclass(frozen=True, slots=True)
class Place:
    """A project (OpenAI) or workspace (Anthropic)."""

    id: str
    name: str
    created_at: int
    archived_at: int | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as the vendor lists it, without its secret."""

    id: str
    name: str
    place: str
    hint: str
    owner: str
    owner_id: str
    owner_name: str
    created_at: int
    used: bool = True


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything an admin sees of one vendor apart from agents."""

    places: tuple[Place, ...]
    keys: tuple[Key, ...]
    agent_keys: tuple[Key, ...]
    code_keys: tuple[Key, ...]

    def place(self, place: str) -> Place | None:
        return next((known for known in self.places if known.id == place), None)

    def key(self, key: str) -> Key | None:
        return next((known for known in self.keys if known.id == key), None)


@dataclass(frozen=True, slots=True)
class _Names:
    """How one vendor's identifiers begin."""

    vendor: str
    place: str
    key: str
    account: str
    user: str
    secret: str


_OPENAI = _Names(OPENAI, "proj_", "key_", "svc_acct_", "user-", "sk-svcacct-")
_ANTHROPIC = _Names(ANTHROPIC, "wrkspc_01", "apikey_01", "svac_01", "user_01", "sk-ant-api03-")
_USER = 0xA11CE
_USER_NAME = "Platform owner"
_FIRST_ACCOUNT = 16


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the places and keys of one vendor."""

    names: _Names
    seed: int
    epoch: int

    def places(self, *titles: str) -> tuple[Place, ...]:
        return tuple(
            Place(ids.mint(self.names.place, self.seed, number), title, self.epoch + number * DAY)
            for number, title in enumerate(titles)
        )

    def key(self, number: int, name: str, place: Place, *, account: bool = False) -> Key:
        names, seed = self.names, self.seed
        owner = ids.mint(names.account, seed, number) if account else names.user
        tail = ids.roll(seed, names.vendor, "key", number) % 0x10000
        return Key(
            id=ids.mint(names.key, seed, number),
            name=name,
            place=place.id,
            hint=f"{names.secret}{tail % 0x100:02x}...{tail:04x}",
            owner="service_account" if account else "user",
            owner_id=owner if account else ids.mint(names.user, seed, _USER),
            owner_name=name if account else _USER_NAME,
            created_at=self.epoch + (number % _FIRST_ACCOUNT + 1) * DAY,
        )


def openai_estate(seed: int, epoch: int) -> Estate:
    make = _Maker(_OPENAI, seed, epoch)
    operations, finance, sandbox, pilot = make.places(
        "Customer operations", "Finance and data", "Sandbox", "Pilot"
    )
    pilot = replace(pilot, archived_at=epoch + 9 * DAY)
    agents = (make.key(0, "agents-runtime", operations), make.key(1, "agents-batch", operations))
    code = tuple(
        make.key(_FIRST_ACCOUNT + number, role.name, finance, account=True)
        for number, role in enumerate(OPENAI_CODE)
    )
    unused = replace(make.key(2, "playground", sandbox), used=False)
    return Estate((operations, finance, sandbox, pilot), (*agents, *code, unused), agents, code)


def anthropic_estate(seed: int, epoch: int) -> Estate:
    make = _Maker(_ANTHROPIC, seed, epoch)
    default, operations, engineering = make.places("Default", "Operations", "Engineering")
    default = replace(default, default=True)
    agents = (make.key(0, "managed-agents", operations), make.key(1, "deployments", operations))
    code = tuple(
        make.key(_FIRST_ACCOUNT + number, role.name, place, account=True)
        for number, (role, place) in enumerate(
            zip(ANTHROPIC_CODE, (engineering, engineering, default), strict=True)
        )
    )
    return Estate((default, operations, engineering), (*agents, *code), agents, code)
