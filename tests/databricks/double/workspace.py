"""What the double knows: sessions, what it recorded without enforcing it, and the statement log."""

import collections
import itertools
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The double does not know this, or does not do it, and says so."""


@dataclass
class Recorded:
    """What Unity Catalog would enforce or show and the double only notes down, by `catalog.schema.name`."""

    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    column_tags: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    grants: dict[str, list[list[str]]] = field(default_factory=dict)
    keys: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    column_masks: dict[str, dict[str, str]] = field(default_factory=dict)
    row_filters: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, dict[str, Any]] = field(default_factory=dict)
    permissions: dict[str, Any] = field(default_factory=dict)
    clustered_by_auto: list[str] = field(default_factory=list)
    analysed_only: dict[str, str] = field(default_factory=dict)

    def forget(self, name: str) -> None:
        """A dropped or replaced relation takes its notes along."""
        for notes in (self.tags, self.column_tags, self.grants, self.keys):
            notes.pop(name, None)
        for notes in (self.column_masks, self.row_filters):
            notes.pop(name, None)


class Workspace:
    """The state behind both doors, Thrift and REST."""

    def __init__(self, session: SparkSession, catalogs: list[str], log_path: Path):
        self.session = session
        self.catalogs = catalogs
        self.recorded = Recorded()
        self.hits: collections.Counter[str] = collections.Counter()
        self.numbers = itertools.count(1)
        self.lock = threading.RLock()
        self._log = log_path.open("a", buffering=1, encoding="utf-8")

    def check_catalog(self, name: str) -> None:
        """Every catalog is the same local one, but only under the names that were given."""
        if name.strip("`").lower() not in self.catalogs:
            raise Refused(f"there is no catalog {name}")

    def hit(self, rule: str) -> None:
        """Count a rule; threads of dbt arrive at the same time."""
        with self.lock:
            self.hits[rule] += 1

    def log(self, **entry: Any) -> None:
        """One line of JSON per statement or request."""
        with self.lock:
            print(json.dumps(entry, default=str, ensure_ascii=False), file=self._log)

    def state(self) -> dict[str, Any]:
        """For `/_double/state`: every rule used so far, and all that was recorded and not enforced."""
        with self.lock:
            recorded = json.loads(json.dumps(vars(self.recorded)))
            return {"hits": dict(sorted(self.hits.items())), "recorded": recorded}
