"""Use cases: one function per user verb, for the command line, pages and notebooks.

Every function takes plain values and returns plain values; it opens what it needs and closes it
again. A name is looked up when it is first used, and only then is what it needs loaded: a short
command does not wait for the engines of the others (:mod:`redball.app.door`).
"""

from typing import TYPE_CHECKING

from redball.app.door import open_door

if TYPE_CHECKING:
    from redball.app.agreement_difference import AgreementDifference, agreement_diff
    from redball.app.agreement_files import (
        AgreementView,
        agreement_draft,
        agreement_show,
        agreement_templates,
    )
    from redball.app.agreements import (
        agreement_activate,
        agreement_list,
        agreement_revoke,
        agreement_sign,
    )
    from redball.app.answers import (
        Answer,
        answer_of,
        keep,
        kept_answer,
        kept_answers,
        kept_as_answer,
        write_answer_report,
        write_answer_tables,
    )
    from redball.app.briefing import briefing, write_briefing
    from redball.app.clock import parse_moment
    from redball.app.closing import AgreementEnded
    from redball.app.demo import DemoResult, demo
    from redball.app.evidence import EvidenceRow, evidence_rows
    from redball.app.example import Generated, generate, write_example
    from redball.app.exploration import Exploration
    from redball.app.explorer import Explorer, Underway
    from redball.app.exploring import ExploreOptions, exploration, explore_choices, stock_explore
    from redball.app.export import picture_tables, write_tables
    from redball.app.exposures import (
        ExposureOptions,
        SectorOptions,
        recoveries,
        risk_cascade,
        risk_exposure,
        risk_sectors,
    )
    from redball.app.forecasts import ForecastOptions, forecast_demand, parse_levels
    from redball.app.inputs import Inputs, inputs_of, look
    from redball.app.keeping import Keeper, keeper, keeping, kept
    from redball.app.keys import key_list, key_new, key_trust
    from redball.app.labelling import LabelCheck, label_check, label_combine, label_convert
    from redball.app.ledger_log import ledger_lines, ledger_log, ledger_watch
    from redball.app.ledgers import (
        LedgerVerdict,
        ledger_check,
        ledger_checkpoint,
        ledger_prove,
        ledger_verify,
    )
    from redball.app.mapping_preview import mapping_preview
    from redball.app.optimise import OptimiseOptions, stock_explain, stock_optimise
    from redball.app.packages import CheckOutcome, ImportOutcome, check, import_
    from redball.app.picture import (
        FindingOptions,
        FindingsResult,
        PictureOptions,
        PictureResult,
        findings,
        picture,
    )
    from redball.app.placement import PlacementOptions, chain_files, stock_placement
    from redball.app.plan import PlanWishes, budget_of, days_of, offers_of, plan
    from redball.app.readiness import CurveOptions, stock_curve
    from redball.app.rehearsal import RunOptions, TwinOptions, twin_options
    from redball.app.replenishment import ReplenishOptions, parse_kind, replenish
    from redball.app.report import report
    from redball.app.reserves import ReserveOptions, parse_duration, parse_hours, stock_reserve
    from redball.app.same_item import Pairs, Verdict, candidates, conflicts, decide
    from redball.app.scenarios import (
        CompareOptions,
        scenario_compare,
        scenario_list,
        scenario_named,
        scenario_text,
    )
    from redball.app.seen import Seen
    from redball.app.sharing import (
        draft_discard,
        draft_keep,
        draft_list,
        draft_path,
        sharing_agreement,
        sharing_agreements,
        sharing_released,
    )
    from redball.app.simulate import SimulateOptions, simulate_twin
    from redball.app.soon import explain_soon, replenish_soon, reserve_soon, support_soon
    from redball.app.sparing import SparingOptions
    from redball.app.stores import feeds, init_store, store_info
    from redball.app.stress import StressOptions, stress_options, stress_test
    from redball.app.support import stock_support
    from redball.app.surge import SurgeOptions, parse_law, spans_of, stock_surge, surges_of
    from redball.app.thresholds import check_rules, finding_options, parse_level, threshold_table
    from redball.app.tiers import (
        Asked,
        NetworkAnswer,
        network_search,
        network_systems,
        supply_network,
    )
    from redball.app.uploads import contribution_check, contribution_feeds, contribution_import
    from redball.app.view import View, see, without_password
    from redball.app.witnessing import WITNESS_OK, ledger_offer, ledger_witness
    from redball.exchange import write_template, write_willems_packages

__all__ = [
    "WITNESS_OK",
    "AgreementDifference",
    "AgreementEnded",
    "AgreementView",
    "Answer",
    "Asked",
    "CheckOutcome",
    "CompareOptions",
    "CurveOptions",
    "DemoResult",
    "EvidenceRow",
    "Exploration",
    "ExploreOptions",
    "Explorer",
    "ExposureOptions",
    "FindingOptions",
    "FindingsResult",
    "ForecastOptions",
    "Generated",
    "ImportOutcome",
    "Inputs",
    "Keeper",
    "LabelCheck",
    "LedgerVerdict",
    "NetworkAnswer",
    "OptimiseOptions",
    "Pairs",
    "PictureOptions",
    "PictureResult",
    "PlacementOptions",
    "PlanWishes",
    "ReplenishOptions",
    "ReserveOptions",
    "RunOptions",
    "SectorOptions",
    "Seen",
    "SimulateOptions",
    "SparingOptions",
    "StressOptions",
    "SurgeOptions",
    "TwinOptions",
    "Underway",
    "Verdict",
    "View",
    "agreement_activate",
    "agreement_diff",
    "agreement_draft",
    "agreement_list",
    "agreement_revoke",
    "agreement_show",
    "agreement_sign",
    "agreement_templates",
    "answer_of",
    "briefing",
    "budget_of",
    "candidates",
    "chain_files",
    "check",
    "check_rules",
    "conflicts",
    "contribution_check",
    "contribution_feeds",
    "contribution_import",
    "days_of",
    "decide",
    "demo",
    "draft_discard",
    "draft_keep",
    "draft_list",
    "draft_path",
    "evidence_rows",
    "explain_soon",
    "exploration",
    "explore_choices",
    "feeds",
    "finding_options",
    "findings",
    "forecast_demand",
    "generate",
    "import_",
    "init_store",
    "inputs_of",
    "keep",
    "keeper",
    "keeping",
    "kept",
    "kept_answer",
    "kept_answers",
    "kept_as_answer",
    "key_list",
    "key_new",
    "key_trust",
    "label_check",
    "label_combine",
    "label_convert",
    "ledger_check",
    "ledger_checkpoint",
    "ledger_lines",
    "ledger_log",
    "ledger_offer",
    "ledger_prove",
    "ledger_verify",
    "ledger_watch",
    "ledger_witness",
    "look",
    "mapping_preview",
    "network_search",
    "network_systems",
    "offers_of",
    "parse_duration",
    "parse_hours",
    "parse_kind",
    "parse_law",
    "parse_level",
    "parse_levels",
    "parse_moment",
    "picture",
    "picture_tables",
    "plan",
    "recoveries",
    "replenish",
    "replenish_soon",
    "report",
    "reserve_soon",
    "risk_cascade",
    "risk_exposure",
    "risk_sectors",
    "scenario_compare",
    "scenario_list",
    "scenario_named",
    "scenario_text",
    "see",
    "sharing_agreement",
    "sharing_agreements",
    "sharing_released",
    "simulate_twin",
    "spans_of",
    "stock_curve",
    "stock_explain",
    "stock_explore",
    "stock_optimise",
    "stock_placement",
    "stock_reserve",
    "stock_support",
    "stock_surge",
    "store_info",
    "stress_options",
    "stress_test",
    "supply_network",
    "support_soon",
    "surges_of",
    "threshold_table",
    "twin_options",
    "without_password",
    "write_answer_report",
    "write_answer_tables",
    "write_briefing",
    "write_example",
    "write_tables",
    "write_template",
    "write_willems_packages",
]

open_door(__name__)
