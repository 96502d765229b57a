"""Nodes, items and cells of a draft by what they stand for in the twin."""

import math
from dataclasses import dataclass, field

from redball.model import NOWHERE
from redball.planning.case.draft import Draft, Item, Node
from redball.planning.case.ground import Ground


@dataclass
class Places:
    """Finds and adds nodes and items.

    Attributes
    ----------
    site : dict of int to int
        Node of each row of the table ``site``.
    party : dict of int to int
        Node of a party (first record of its group) that has one of its own.
    article : dict of int to int
        Item of an article, by its leading record.
    """

    ground: Ground
    draft: Draft
    site: dict[int, int] = field(default_factory=dict)
    party: dict[int, int] = field(default_factory=dict)
    article: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        owners = self.ground.twin.tables["site"]["owner"].to_list()
        for row, (name, nation) in enumerate(zip(self.ground.names("site"), owners, strict=True)):
            self.site[row] = len(self.draft.nodes)
            mark = self.ground.site_mark[row]
            self.draft.nodes.append(Node(name, str(nation), site=row, mark=mark))

    def of_party(self, group: int) -> int:
        """Node of a party, added where it has none; its nation is none of the coalition's."""
        if group not in self.party:
            ground = self.ground
            mark = int(ground.book.marks.of(ground.twin["party"]["label"])[group])
            self.party[group] = len(self.draft.nodes)
            self.draft.nodes.append(
                Node(f"party {ground.name('party', group)}", "", party=group,
                     mark=mark | ground.party_mark)
            )  # fmt: skip
        return self.party[group]

    def of_article(self, lead: int) -> int:
        """Item of an article, by its leading record."""
        if lead not in self.article:
            given, item = self.ground.articles, self.ground.twin.tables["item"]
            life = item["shelf_life_days"][lead]
            self.article[lead] = len(self.draft.items)
            self.draft.items.append(Item(
                name=self.ground.name("item", lead), lead=lead,
                mass_kg=_or_zero(given.mass_kg[lead]), volume_m3=_or_zero(given.volume_m3[lead]),
                price_eur=_or_zero(given.price_eur[lead]),
                shelf_life_days=math.inf if life is None else float(life),
                mark=self.ground.item_mark[lead],
            ))  # fmt: skip
        return self.article[lead]

    def cell(self, site: int, lead: int) -> int:
        """Cell of an article at a site."""
        return self.draft.cell(self.site[site], self.of_article(lead))

    def find(self, site: int, lead: int) -> int:
        """Cell of an article at a site; -1 where there is none."""
        item = self.article.get(lead, NOWHERE)
        return self.draft.cell_at.get((self.site[site], item), NOWHERE)

    def fuel(self, item: int) -> bool:
        """Whether pipelines carry it: class III by either scheme."""
        lead = self.draft.items[item].lead
        if lead == NOWHERE:
            return False
        code = str(self.ground.twin.tables["item"]["supply_class"][lead])
        return code.rpartition(":")[2].startswith("III")


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else float(value)
