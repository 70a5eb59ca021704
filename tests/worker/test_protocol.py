import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs.worker import protocol
from unirs.worker.protocol import RPCError, encode, parse_request

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip

INVALID = {(-32600, "invalid_request"), (-32600, "batch_unsupported")}


def refusal(line):
    """Number and code of the refusal; ``None`` if there is none."""
    try:
        parse_request(line)
    except RPCError as error:
        return error.number, error.code
    return None


@given(st.binary())
def test_any_bytes_are_a_request_or_a_refusal(line):
    assert refusal(line) in {None, (-32700, "parse_error"), *INVALID}


@given(json_values)
def test_any_json_is_a_request_or_a_refusal(value):
    assert refusal(json.dumps(value).encode()) in {None, *INVALID}


@given(
    method=st.text(),
    params=st.dictionaries(st.text(), json_values, max_size=3) | st.lists(json_values),
    request_id=st.integers() | st.text() | st.none(),
)
def test_what_a_client_sends_is_what_the_worker_reads(method, params, request_id):
    request = protocol.Request(method, params, request_id)
    assert parse_request(encode(protocol.request_message(request))) == request


@given(json_values)
def test_a_message_is_one_line_of_utf8(value):
    line = encode({"value": value})
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line.decode("utf-8")) == {"value": value}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"", (-32700, "parse_error")),
        (b"{", (-32700, "parse_error")),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', (-32700, "parse_error")),
        ('{"jsonrpc":"2.0","id":1,"method":"hello"}'.encode("utf-16"), (-32700, "parse_error")),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"hello"}', (-32700, "parse_error")),
        (b"[" * 200_000, (-32700, "parse_error")),
        (b"1" * 10_000, (-32700, "parse_error")),
        (b'[{"jsonrpc":"2.0","id":1,"method":"hello"}]', (-32600, "batch_unsupported")),
        (b'{"id":1,"method":"hello"}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"1.0","id":1,"method":"hello"}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"2.0","id":null,"method":"hello"}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"2.0","id":true,"method":"hello"}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"hello"}', (-32600, "invalid_request")),
        (b'{"jsonrpc":"2.0","id":1,"method":"ask","params":3}', (-32600, "invalid_request")),
        (b" " * (protocol.MAX_LINE_BYTES + 1), (-32600, "line_too_long")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_a_request_is_refused_with_a_code(line, expected):
    assert refusal(line) == expected


def test_numbers_that_json_does_not_have_are_not_sent():
    with pytest.raises(ValueError, match="JSON"):
        encode({"value": float("nan")})
