"""URLs of servers: what is this computer, and what is refused."""

from __future__ import annotations

import pytest

from unirs.errors import UniRSError
from unirs.models.server_address import check_access, parse_server_url


@pytest.mark.parametrize(
    ("url", "bases"),
    [
        ("http://127.0.0.1:11434", ["http://127.0.0.1:11434/v1"]),
        ("http://127.9.9.9:80/", ["http://127.9.9.9:80/v1"]),
        ("HTTP://LocalHost:8080/v1/", ["http://127.0.0.1:8080/v1", "http://[::1]:8080/v1"]),
        ("https://models.localhost", ["https://127.0.0.1:443/v1", "https://[::1]:443/v1"]),
        ("http://[::1]:8000/v1/chat/completions", ["http://[::1]:8000/v1"]),
        ("http://[::ffff:127.0.0.1]:1", ["http://[::ffff:127.0.0.1]:1/v1"]),
    ],
)
def test_loopback_addresses_are_this_computer_and_no_name_is_looked_up(url, bases):
    address = parse_server_url(url)
    assert address.is_local
    assert list(address.bases) == bases
    check_access(address, "key", allow_remote=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://localhost.example.org:8000",
        "http://127.0.0.1.example.org",
        "http://192.168.1.5:11434",
        "http://2130706433",
        "http://127.1",
        "http://0x7f.0.0.1",
        "https://[2001:db8::1]:8000/openai/v1",
    ],
)
def test_every_other_host_is_another_computer(url):
    address = parse_server_url(url)
    assert not address.is_local
    with pytest.raises(UniRSError) as caught:
        check_access(address, None, allow_remote=False)
    assert caught.value.code == "remote_not_allowed"
    assert address.host in caught.value.message
    check_access(address, None, allow_remote=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:11434",
        "file:///etc/passwd",
        "ftp://127.0.0.1",
        "unix:/run/server.sock",
        "http://",
        "http://a b",
        "http://a\nb",
        "http://user:secret@127.0.0.1:8000",
        "http://secret@127.0.0.1",
        "http://127.0.0.1\\@example.org",
        "http://127.0.0.1:99999",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1/../v1",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://exämple.org",
    ],
)
def test_what_is_no_url_of_a_server_is_refused_without_repeating_it(url):
    with pytest.raises(UniRSError) as caught:
        parse_server_url(url)
    assert caught.value.code == "server_url_invalid"
    assert "secret" not in caught.value.message
    assert "\n" not in caught.value.message


def test_a_key_is_sent_to_another_computer_by_https_alone():
    key = "sk-secret"
    with pytest.raises(UniRSError) as caught:
        check_access(parse_server_url("http://example.org"), key, allow_remote=True)
    assert caught.value.code == "key_unprotected"
    assert key not in caught.value.message
    check_access(parse_server_url("https://example.org"), key, allow_remote=True)


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", " sk-12", "a" * 9000])
def test_what_is_no_key_is_refused_without_repeating_it(key):
    with pytest.raises(UniRSError) as caught:
        check_access(parse_server_url("http://localhost"), key, allow_remote=False)
    assert caught.value.code == "key_invalid"
    assert key.strip() not in caught.value.message
