"""The risk register of a nation: what its people do with it, and what the twin says about it."""

from redball.app.register.keeping import KeptRegister, NoSuchRisk, register
from redball.app.register.measuring import ExposureWishes, register_exposure
from redball.app.register.performance import register_suppliers
from redball.app.register.proposing import register_propose
from redball.app.register.telling import (
    history_document,
    register_document,
    register_frame,
    register_text,
)
from redball.app.register.writing import (
    RegisterChanged,
    RiskChange,
    register_change,
    register_reading,
    register_remove,
    register_write,
)
from redball.app.worklist.desks import desk_of
from redball.risk.register import categories, read_register
from redball.risk.register.taxonomy import taxonomy_version

__all__ = [
    "ExposureWishes", "KeptRegister", "NoSuchRisk", "RegisterChanged", "RiskChange", "categories",
    "desk_of", "history_document", "read_register", "register", "register_change",
    "register_document", "register_exposure", "register_frame", "register_propose",
    "register_reading", "register_remove", "register_suppliers", "register_text",
    "register_write", "taxonomy_version",
]  # fmt: skip
