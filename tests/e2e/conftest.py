"""Fixtures of the end-to-end tests: `lakehouse` (one a test) and `lakehouses` (makes some for a wider fixture)."""

import pytest
from lakehouse_run import Lakehouse

# Minutes each: begun first, so that no worker ends with one of them while the other has nothing left.
LONG = ("test_incremental.py", "test_unchanged.py", "test_personal_data.py", "test_chaos.py")


def pytest_collection_modifyitems(items):
    """Put the long files first; the rest stays in its order."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def lakehouses(tmp_path_factory):
    """Makes lakehouses: `lakehouses('name')`. All of a session share one parse of the project."""
    parsed = tmp_path_factory.mktemp("parsed")

    def make(name="lakehouse"):
        return Lakehouse(tmp_path_factory.mktemp(name), parsed)

    return make


@pytest.fixture
def lakehouse(lakehouses):
    """An empty lakehouse of this test's own."""
    return lakehouses()
