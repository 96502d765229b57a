"""First schema: the tables of the language with their history, imports and labels.

Frozen: what the language's tables were when stores first existed. Later changes of a table are
later migrations.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Columns between `owner` and `label`; `name:type` where it is not text, `!` where required.
TABLES = {
    "nation": ("key! name! kind! country currency ncb"),
    "site": (
        "key! name! kind! country! latitude:number longitude:number position unlocode "
        "capacity_t:number capacity_m3:number throughput_t_per_day:number"
    ),
    "party": ("key! name! kind! ultimate_parent country ncage site personnel:integer"),
    "item": (
        "key! niin nsn part_number ncage name! local_name supply_class! unit_of_issue! "
        "quantity_per_unit:number content_unit price:number currency mass_kg:number "
        "volume_m3:number shelf_life_days:integer reparable:boolean! materials hazard "
        "control_list"
    ),
    "structure": ("key! parent! child! quantity:number! alternative essential:boolean!"),
    "system": ("key! name! item kind! availability_target:number"),
    "fleet": (
        "key! unit! system! count:integer! available:integer hours_per_day:number "
        "availability_target:number"
    ),
    "source": (
        "key! party! item! site lead_time_days:number! lead_time_sd_days:number "
        "unit_price:number currency price_breaks capacity_per_month:number "
        "minimum_order:number share:number origin_shares"
    ),
    "supply": (
        "key! supplier! customer! input! item share:number essential:boolean! "
        "confidence:number! evidence"
    ),
    "lane": (
        "key! from_site! to_site! mode! both_ways:boolean! distance_km:number "
        "transit_days:number transit_sd_days:number capacity_t_per_day:number "
        "cost_per_t:number currency co2e_kg_per_t:number carrier"
    ),
    "holding": (
        "key! site! item! lot quantity:number! condition! expiry:date reserved:number! "
        "counted_on:date"
    ),
    "demand": ("key! site! item! period_start:date! period_days:integer! quantity:number!"),
    "requirement": ("key! nation! unit item! quantity:number! needed_by:date! priority:integer"),
    "order": (
        "key! supplier! item! site! quantity:number! ordered_on:date! due_on:date status! "
        "unit_price:number currency"
    ),
    "consignment": (
        "key! from_site! to_site! item! quantity:number! mode! status! departed_on:date "
        "expected_on:date arrived_on:date order carrier"
    ),
    "hazard": (
        "key! name! kind! site party lane country latitude:number longitude:number "
        "radius_km:number likelihood_per_year:number duration_days:number"
    ),
    "target": ("key! unit site item supply_class days_of_supply:number!"),
    "factor": ("key! item! basis! system quantity:number! source"),
    "rate": ("key! currency! day:date! per_eur:number! source"),
    "same_item": ("key! item_a! item_b! verdict! decided_by! decided_on:date! reason"),
}

TYPES = {
    "": sa.Text,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "boolean": sa.Boolean,
    "date": sa.Date,
}


def upgrade() -> None:
    for name, words in TABLES.items():
        op.create_table(
            name,
            sa.Column("owner", sa.Text(), nullable=False),
            *(_column(word) for word in words.split()),
            sa.Column("label", sa.Integer(), nullable=False),
            sa.Column("since", sa.Integer(), nullable=False),
            sa.Column("until", sa.Integer()),
            sa.Column("sheet", sa.Text(), nullable=False),
            sa.Column("line", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("owner", "key", "since", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    _bookkeeping()


def _column(word: str) -> "sa.Column[object]":
    name, _, kind = word.rstrip("!").partition(":")
    return sa.Column(name, TYPES[kind](), nullable=not word.endswith("!"))


def _bookkeeping() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("package_hash", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Double()),
        sa.Column("validity", sa.Double()),
        sa.Column("timeliness", sa.Double()),
        sa.Column("consistency", sa.Double()),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("warnings", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("owner", "package_hash", name="uq_revision_owner_package_hash"),
    )
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.UniqueConstraint("owner", "text", name="uq_label_owner_text"),
    )
