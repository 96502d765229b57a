"""The demo's screen: what came in, what can be seen, what to try next."""

import polars as pl

from redball.app import DemoResult, picture_tables
from redball.cli.finding_screen import show_findings
from redball.cli.output import console, percent, show_frame
from redball.cli.safe import safe
from redball.cli.screens import show_picture


def show_demo(result: DemoResult) -> None:
    """Show the demo from packages to report."""
    console.print("[bold]EXERCISE[/bold]: an invented coalition on real geography.\n")
    _show_packages(result)
    console.print()
    show_picture(result.picture, picture_tables(result.picture), rows=8, whole=False)
    console.print()
    show_findings(result.findings, result.findings.findings, rows=2, evidence=False)
    _show_readiness(result)
    _show_rehearsal(result)
    _show_plan(result)
    _show_sharing(result)
    store, viewer = result.store, result.picture.origin.viewer
    console.print(f"\n[bold]Report:[/bold] {safe(result.report)}", soft_wrap=True)
    console.print(f"[bold]Orders:[/bold] {safe(result.order_report)}", soft_wrap=True)
    console.print(f"[bold]Stress test:[/bold] {safe(result.stress_report)}", soft_wrap=True)
    if result.plan_report is not None:
        console.print(f"[bold]Plan:[/bold] {safe(result.plan_report)}", soft_wrap=True)
    console.print("[bold]Try next[/bold]")
    for line in (
        f"redball plan     --store {store} --viewer {viewer} --budget 500k --baselines",
        f"redball risk register list --store {store} --viewer {viewer}",
        f"redball findings --store {store} --viewer {viewer} --level critical --evidence",
        f"redball picture  --store {store} --viewer DEU --table shared_items",
        f"redball stock optimise --store {store} --viewer {viewer} --budget 500000",
        f"redball stock support  --store {store} --viewer {viewer}",
        f"redball stock replenish --store {store} --viewer NLD",
        f"redball stress   --store {store} --viewer {viewer} --report stress.html",
        f"redball simulate --store {store} --viewer {viewer} --scenario two-at-once",
        f"redball agreement list --store {store}",
        f"redball agreement revoke MLS-2026-001 --store {store} --viewer NOR --reason 'the end'",
        f"redball ledger check {result.sharing.proof} --trust {result.sharing.public_key}",
        f"redball ledger log --store {store}",
        f"redball items candidates --store {store} --viewer {viewer}",
        f"redball exchange check {result.folder / 'packages' / 'pol.zip'} --workbook errors.xlsx",
        "redball exchange template my-nation.xlsx",
    ):
        console.print(f"  {safe(line)}", soft_wrap=True)


def _show_readiness(result: DemoResult) -> None:
    """Show what a budget buys, and what one nation should order today."""
    console.print()
    curve = result.curve.tables["curve"]
    columns = ("cost", "readiness", "readiness_with_support", "backorders")
    known = curve.select(name for name in columns if name in curve.columns)
    known = known.with_columns(
        (100 * pl.col(name)).round(1).alias(name) for name in known.columns if "readiness" in name
    ).rename({name: f"{name}_%" for name in known.columns if "readiness" in name})
    console.print(f"[bold]{safe(result.curve.title)}[/bold]  {safe(result.curve.origin.marking)}")
    for sentence in result.curve.said[:5]:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    show_frame(known.gather_every(2), "Every second point of the curve", rows=10)
    console.print()
    orders = result.orders
    console.print(f"[bold]{safe(orders.title)}[/bold], {safe(orders.origin.viewer)}")
    for sentence in orders.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    show_frame(
        orders.tables["orders"]
        .head(6)
        .select("site", "item_name", "quantity", "party_name", "amount_eur"),
        "The most urgent orders",
        rows=6,
    )


def _show_plan(result: DemoResult) -> None:
    """Show what to do for the budget, and what it saves."""
    plan = result.plan
    if plan is None:
        return
    console.print()
    console.print(f"[bold]{safe(plan.title)}[/bold]  {safe(plan.origin.marking)}")
    for sentence in plan.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    chosen = plan.tables.get("treatments")
    if chosen is not None:
        columns = ["title", "nation", "cost_eur", "saves", "needed_for"]
        show_frame(chosen.select(columns).head(8), "What saves most", rows=8)


def _show_rehearsal(result: DemoResult) -> None:
    """Show what would hurt most, how the worst case comes back, and three futures."""
    console.print()
    stress, comparison = result.stress, result.comparison
    console.print(f"[bold]{safe(stress.title)}[/bold]  {safe(stress.origin.marking)}")
    for sentence in stress.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    ranking = stress.tables["ranking"].head(8)
    show_frame(
        ranking.select(
            "rank", "title", "kind",
            pl.col("lost_readiness_days").round(0),
            pl.col("survive_days").alias("survives days"),
            pl.col("recover_days").alias("back after days"),
        ),
        "Lost readiness-days: systems x days not available",
        rows=8,
    )  # fmt: skip
    curve = stress.tables["curves"]
    worst = curve.filter(pl.col("loss") == curve["loss"].first())
    show_frame(
        worst.filter(pl.col("day") % 30 == 0).select(
            "day",
            *((100 * pl.col(n)).round(1).alias(f"{n} %") for n in ("undisturbed", "readiness")),
        ),
        f"Resilience curve of the worst case, {curve.row(0, named=True)['loss']}",
        rows=12,
    )
    console.print()
    console.print(f"[bold]{safe(comparison.title)}[/bold]  {safe(comparison.origin.marking)}")
    for sentence in comparison.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)


def _show_sharing(result: DemoResult) -> None:
    """Show two views of the same store before and after an agreement, and the record of it."""
    sharing = result.sharing
    agreement = sharing.difference.agreement
    console.print(
        f"\n[bold]{safe(agreement.title)}, {safe(agreement.id)}[/bold]: "
        f"{safe(' and '.join(agreement.parties))}, ammunition, rounded"
    )
    console.print("  Before it was signed, both were told:")
    for sentence in sharing.difference.said:
        console.print(f"    {safe(sentence)}", soft_wrap=True)
    show_frame(sharing.views, "Partners' rows that each side sees, before and after", rows=20)
    for sentence in sharing.verdict.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)


def _show_packages(result: DemoResult) -> None:
    frame = pl.DataFrame(
        [
            {
                "package": p.path.name,
                "owner": p.owner,
                "form": p.form,
                "rows": p.rows,
                "errors": p.errors,
                "warnings": p.warnings,
                "skipped": p.skipped,
                "feed score": percent(p.score),
            }
            for p in result.packages
        ]
    )
    show_frame(frame, "National packages", rows=20)
    for package in result.packages:
        if package.errors and package.workbook:
            console.print(f"  Errors of {package.owner}: {safe(package.workbook)}", style="dim")
