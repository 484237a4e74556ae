"""Where the client refuses to go: no socket, no name look-up it does not need, one sentence."""

import time
import traceback

import httpx2
import pytest

from armproject.lib.http import Client, Destination, Reach
from armproject.lib.http.addresses import is_public, parse_address
from armproject.lib.secret import Secret
from tests.lib.loopback import NOTHING_MORE, PUBLIC, Resolver, Wire, guarded, is_forbidden, refusal


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%2"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::7f00:1"],
        ["not an address"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        [PUBLIC, PUBLIC, PUBLIC, PUBLIC, PUBLIC, "fd00::1"],
    ],
)
def test_one_inward_address_condemns_the_whole_name(addresses):
    resolver, wire = Resolver(addresses), Wire()
    refused = refusal(guarded("https://good.example.com", resolver, wire, attempts=3))
    assert is_forbidden(refused)
    assert "httpcore" not in "".join(traceback.format_exception(refused))
    assert resolver.asked == ["good.example.com"]
    assert wire.dialled == []


def test_nobody_on_loopback_hears_of_a_refused_call(listen, answer):
    listener = listen(lambda _: answer())
    for host in ("127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]", "0"):
        url = f"https://{host}:{listener.port}"
        assert is_forbidden(refusal(Client(url, headers={}, reach=NOTHING_MORE)))
    assert listener.accepted == 0


def test_open_and_closed_forbidden_ports_look_alike(listen, answer):
    listener = listen(lambda _: answer())

    def quickest(port: int) -> float:
        spent = []
        for _ in range(5):
            calls = Client(f"http://127.0.0.1:{port}", headers={}, reach=NOTHING_MORE)
            started = time.monotonic()
            assert is_forbidden(refusal(calls))
            spent.append(time.monotonic() - started)
        return min(spent)

    assert abs(quickest(listener.port) - quickest(1)) < 0.05
    assert listener.accepted == 0


def test_a_name_that_changes_its_mind_is_dialled_where_it_was_checked():
    resolver, wire = Resolver([PUBLIC], ["127.0.0.1"]), Wire()
    calls = guarded("https://rebind.example.com", resolver, wire)
    assert refusal(calls).fault == "unavailable"
    assert wire.dialled == [(PUBLIC, 443)]
    assert is_forbidden(refusal(calls))
    assert wire.dialled == [(PUBLIC, 443)]


def test_each_checked_address_gets_its_turn():
    resolver, wire = Resolver(["2606:4700::1111", PUBLIC, PUBLIC]), Wire()
    refusal(guarded("https://two.example.com", resolver, wire))
    assert wire.dialled == [("2606:4700::1111", 443), (PUBLIC, 443)]


def test_a_resolver_that_never_answers_is_left_behind_at_the_deadline():
    def sleepy(host: str, port: int) -> list[str]:
        time.sleep(5)
        return [PUBLIC]

    wire, started = Wire(), time.monotonic()
    late = refusal(guarded("https://slow.example.com", sleepy, wire, deadline=0.3))
    assert late.fault == "timeout"
    assert time.monotonic() - started < 2
    assert wire.dialled == []


@pytest.mark.parametrize("path", ["/start", "/latest/meta-data"])
def test_a_redirect_is_an_answer_and_is_never_followed(listen, answer, path):
    target = listen(lambda _: answer())
    source = listen(lambda _: answer(b"", 302, location=f"http://{target.authority}{path}"))
    reach = Reach(frozenset({source.authority, target.authority}))
    with Client(f"http://{source.authority}", headers={}, reach=reach) as calls:
        reply = calls.get(path)
    assert reply.status == 302
    assert (source.accepted, target.accepted) == (1, 0)


def test_proxies_named_in_the_environment_are_not_asked(listen, answer, monkeypatch):
    proxy, host = listen(lambda _: answer(b"proxy")), listen(lambda _: answer(b"host"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://{proxy.authority}")
    reach = Reach(frozenset({host.authority}))
    with Client(f"http://{host.authority}", headers={}, reach=reach) as calls:
        assert calls.get("/").body == b"host"
    assert proxy.accepted == 0


def test_an_allowed_host_opens_itself_and_nothing_beside_it(listen, answer):
    allowed, neighbour = listen(lambda _: answer()), listen(lambda _: answer())
    reach = Reach(frozenset({allowed.authority}))
    with Client(f"http://{allowed.authority}", headers={}, reach=reach) as calls:
        assert calls.get("/").status == 200
    assert is_forbidden(refusal(Client(f"http://{neighbour.authority}", headers={}, reach=reach)))
    assert neighbour.accepted == 0


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "0.1.2.3", "224.0.0.1"]
)
def test_metadata_services_stay_closed_even_to_an_allowed_host(address):
    resolver, wire = Resolver([address]), Wire()
    reach = Reach(frozenset({"inside.corp:8080"}))
    assert is_forbidden(refusal(guarded("http://inside.corp:8080", resolver, wire, reach)))
    assert wire.dialled == []


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.4.4", "fd12::1", "127.0.0.1", PUBLIC])
def test_an_allowed_host_may_stand_on_a_private_network(address):
    resolver, wire = Resolver([address]), Wire()
    reach = Reach(frozenset({"Inside.corp:8080"}))
    away = refusal(guarded("http://inside.corp:8080", resolver, wire, reach))
    assert away.fault == "unavailable"
    assert wire.dialled == [(address, 8080)]


def test_networks_the_operator_denies_stay_closed_though_public():
    reach = Reach(denied=frozenset({"93.184.215.0/24"}))
    resolver, wire = Resolver([PUBLIC]), Wire()
    assert is_forbidden(refusal(guarded("https://own.example.com", resolver, wire, reach)))
    assert wire.dialled == []


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example.com/x",
        "/a/../../b",
        "/%2e%2e/b",
        "/a/..%5c..",
        "/a#b",
        "/a?b=c",
        "/a b",
        "/a\nb",
        "/a\\b",
        "/ä",
        "/%",
        "https://evil.example.com/?",
    ],
)
def test_a_path_that_leaves_its_place_is_refused(path):
    sent = []
    transport = httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200))
    url = "https://good.example.com/v1"
    calls = Client(url, headers={}, reach=NOTHING_MORE, transport=transport)
    assert is_forbidden(refusal(calls, path))
    assert sent == []


@pytest.mark.parametrize(
    ("base", "path", "params", "url"),
    [
        ("https://a.example.com", "", (), "https://a.example.com/"),
        ("https://a.example.com/v1/", "/agents", (), "https://a.example.com/v1/agents"),
        ("https://A.Example.com/v1", "agents", (), "https://a.example.com/v1/agents"),
        ("https://a.example.com:443/v1", "", (), "https://a.example.com/v1"),
        ("https://a.example.com/h?k=1", "", [("l", "2")], "https://a.example.com/h?k=1&l=2"),
        ("https://a.example.com", "/x", [("g[]", "a b")], "https://a.example.com/x?g%5B%5D=a+b"),
        ("https://a.example.com", "/x/a%2Fb@c:go", (), "https://a.example.com/x/a%2Fb@c:go"),
        ("https://[2606:4700::1111]/v1", "/x", (), "https://[2606:4700::1111]/v1/x"),
    ],
)
def test_paths_are_joined_below_the_base(base, path, params, url):
    assert Destination.parse(base, Reach()).url(path, params) == url


def test_a_mocked_transport_does_not_lift_the_rules_for_written_addresses():
    sent = []
    transport = httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200))
    for url in ("https://127.0.0.1", "http://good.example.com", "https://localhost"):
        calls = Client(url, headers={}, reach=NOTHING_MORE, transport=transport)
        assert is_forbidden(refusal(calls))
    assert sent == []


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("172.32.0.1", True),
        ("192.0.1.1", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("2001:200::1", True),
        ("2001:1ff::1", False),
        ("192.88.99.1", False),
        ("203.0.113.9", False),
        ("240.0.0.1", False),
        ("fc00::1", False),
        ("4000::1", False),
    ],
)
def test_the_public_internet_is_what_our_own_lists_say(text, public):
    assert is_public(parse_address(text)) is public


def test_the_host_is_named_by_header_and_handshake_while_the_checked_address_is_dialled(
    listen, answer, certificates
):
    names = []
    server = certificates.server("vendor.example.com")
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    listener = listen(lambda _: answer(b'{"ok": true}'), server)
    resolver, wire = Resolver([PUBLIC], ["127.0.0.1"]), Wire(listener.port)
    headers = {"authorization": Secret("Bearer abc")}
    with guarded(
        "https://vendor.example.com/v1", resolver, wire, headers=headers, tls=certificates.trusting
    ) as calls:
        assert calls.get("/models").json() == {"ok": True}
        assert calls.get("/models").status == 200
    assert names == ["vendor.example.com"]
    assert b"\r\nHost: vendor.example.com\r\n" in listener.requests[0]
    assert b"\r\nauthorization: Bearer abc\r\n" in listener.requests[0]
    assert wire.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("kind", ["other name", "self-signed", "expired"])
def test_a_certificate_that_does_not_hold_ends_the_call(listen, answer, certificates, kind):
    tls = {
        "other name": lambda: certificates.server("other.example.com"),
        "self-signed": lambda: certificates.server("vendor.example.com", signed=False),
        "expired": lambda: certificates.server("vendor.example.com", expired=True),
    }[kind]()
    listener = listen(lambda _: answer(), tls)
    resolver, wire = Resolver([PUBLIC]), Wire(listener.port)
    calls = guarded("https://vendor.example.com", resolver, wire, tls=certificates.trusting)
    broken = refusal(calls)
    assert broken.fault == "unavailable"
    assert "certificate" in broken.message
    assert listener.requests == []
