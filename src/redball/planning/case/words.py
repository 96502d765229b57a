"""What a case assumes, in sentences."""

from redball.planning.case.ground import Ground

_ALWAYS = (
    "Sites are nodes; a supplier is at the site its source row or its party row names, else at a "
    "node of its own.",
    "Goods of a supplier without a place enter where its orders of the article went on from by "
    "consignment, in the shares of their quantities; without such orders no lane carries them.",
    "Records of one article share one item and one unit; parties recognised as one are one "
    "supplier with one capacity, the largest that any nation states.",
    "Goods go the way over lanes with the fewest transit days; what a stated time has beyond the "
    "transit is handling or making; where lanes alone take longer, they count. Pipelines carry "
    "class III only, which does not fly.",
    "At the top of the resupply tree a nation splits its orders among its sources by their shares; "
    "without shares by capacity; where one of these is not stated the fastest serves. Sources "
    "without a part stand by. A site without a row in resupply buys for itself.",
    "The item's own time in resupply at the top is the whole time of its first source.",
    "Suppliers make to order; what a line makes in a day leaves it together; a recipe's time is "
    "the shortest that any buyer states beside transport, and who states more waits the rest.",
    "One unit of each essential input is needed for one unit made; suppliers of one input share it "
    "as the table states, else the first serves; the last tier known lacks nothing.",
    "Fleets fail whether systems are up or down, at removals per installed unit and day.",
    "Failed units are repaired where the table repair says, with as many places as it states; what "
    "is not repaired goes up the resupply tree without time of its own, at the top it is "
    "condemned.",
    "Without a policy, what fleets carry is replaced one for one up to today's position, and other "
    "demand is met by (s, S); the wait for lines that work for all their buyers counts in s.",
    "A target for all that a site keeps is none for what passes through it.",
    "Demand beside fleets is Poisson, with geometric orders where a forecast varies more; a site "
    "with one unit only counts it as that unit's.",
    "Recorded demand of an article at a site above others that use it is not counted.",
    "Unserviceable lots of reparable articles come back at even distances within the time of the "
    "first repair above them; what is overdue comes on the first day; reserved stock is held back.",
    "Requirements by date are not demand of their own. Hazards are for scenarios.",
    "Rows left out or changed are named in left_out, each with the reason.",
)


def assumptions(ground: Ground) -> tuple[str, ...]:
    """Sentences on what was assumed, those of the sparing case among them."""
    options = ground.options
    said = list(_ALWAYS)
    said.append(
        f"Suppliers hold {options.input_days:g} days of use of each input, at least what one usual "
        f"order takes, and it comes {options.input_lead_days:g} days after its order; no table "
        "says this."
    )
    said.append(
        f"Safety stock of (s, S) is for {options.service:.0%} of the order cycles, or the days of "
        f"supply to be held where they are more; an order covers {options.cycle_days:g} days, of "
        f"goods used at {options.bulk_per_day:g} a day and more {options.bulk_cycle_days:g} days."
    )
    said.append(
        "A cell at or below its reorder point without a recorded order has ordered before: what a "
        "lead time uses is under way to it."
        if options.under_way
        else "Only what tables record is under way on the first day."
    )
    if options.headroom is None:
        said.append("Capacities are as stated, also where the use does not fit in.")
    else:
        said.append(
            f"A capacity below the use planned on it is raised to {1 + options.headroom:.0%} of "
            "that use, since the use was met."
        )
    said.append(
        "Essential children of an assembly that nations buy of others are bought by its maker too."
        if options.assembly
        else "Assemblies are made without their children; inputs are those of the table supply."
    )
    said.append(
        "Support between nations "
        + ("waits for a reaction of the scenario." if options.support_standby else "is open.")
    )
    if ground.spares is None:
        said.append(f"No fleet is simulated: {ground.silent}")
    else:
        said += [f"Fleets: {sentence}" for sentence in ground.spares.assumptions]
    return tuple(said)
