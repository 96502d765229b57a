"""When to order and how much: the classic single-site and serial policies."""

from redball.stock.policies.demand import DiscreteDemand
from redball.stock.policies.lot_sizes import (
    LotPlan,
    LotSize,
    dynamic_lots,
    economic_order_quantity,
    newsvendor_normal,
)
from redball.stock.policies.row_inputs import Given
from redball.stock.policies.rows import Kind, PolicyTable, policies
from redball.stock.policies.serial import SerialPolicy, serial_base_stock
from redball.stock.policies.single import (
    Measure,
    Policy,
    base_stock,
    base_stock_for_service,
    fixed_quantity,
    reorder_up_to,
)
from redball.stock.policies.suppliers import Reserve, SupplierPortfolio, supplier_portfolio

__all__ = [
    "DiscreteDemand",
    "Given",
    "Kind",
    "LotPlan",
    "LotSize",
    "Measure",
    "Policy",
    "PolicyTable",
    "Reserve",
    "SerialPolicy",
    "SupplierPortfolio",
    "base_stock",
    "base_stock_for_service",
    "dynamic_lots",
    "economic_order_quantity",
    "fixed_quantity",
    "newsvendor_normal",
    "policies",
    "reorder_up_to",
    "serial_base_stock",
    "supplier_portfolio",
]
