"""The simulator: a landing zone in the names and formats of the public Olist data.

``simulate(Options(...))`` writes it. The SQL is in ``sql/``, the measured distributions and the
lists of defects are in ``data/``.
"""

from lakehouse.simulate.files import FILES
from lakehouse.simulate.run import (
    SHIPPED,
    Options,
    SimulationError,
    injected_defects,
    simulate,
)

__all__ = [
    "FILES",
    "SHIPPED",
    "Options",
    "SimulationError",
    "injected_defects",
    "simulate",
]
