from dataclasses import asdict, dataclass, field, replace
from enum import Enum


class Category(Enum):
    TOOL = "tool"
    TOY = "toy"


@dataclass(frozen=True)
class Item:
    name: str
    category: Category
    price: float
    quantity: int = 0

    @property
    def value(self) -> float:
        return self.price * self.quantity


@dataclass
class Inventory:
    items: dict[str, Item] = field(default_factory=dict)

    def add(self, item: Item) -> None:
        if known := self.items.get(item.name):
            item = replace(known, quantity=known.quantity + item.quantity)
        self.items[item.name] = item

    def total(self, category: Category | None = None) -> float:
        return sum(i.value for i in self.items.values() if category in (None, i.category))


inventory = Inventory()
inventory.add(Item("hammer", Category.TOOL, 12.5, 4))
inventory.add(Item("robot", Category.TOY, 29.9, 2))
inventory.add(Item("hammer", Category.TOOL, 12.5, 6))
print(asdict(inventory.items["hammer"]))
print(f"Tools: {inventory.total(Category.TOOL):.2f}, all: {inventory.total():.2f}")
