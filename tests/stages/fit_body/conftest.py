from __future__ import annotations

import pytest

from tryon.core.errors import SuppliesError
from tryon.wardrobe.body import Body


@pytest.fixture(scope="session")
def body() -> Body:
    try:
        return Body.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))
