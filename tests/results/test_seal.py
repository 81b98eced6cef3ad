import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.results.seal import is_sealed, seal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON), st.text(), JSON)
def test_any_change_breaks_the_seal(record: dict, key: str, value: object) -> None:
    sealed = seal(record)
    assert is_sealed(sealed)
    assert seal(sealed) == sealed
    changed = {**sealed, key: value}
    if key != "content" and repr(record.get(key, ...)) != repr(value):
        assert not is_sealed(changed)


def test_nan_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        seal({"loss": float("nan")})
