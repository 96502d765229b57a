"""What a unit of issue is worth in euro."""

from redball.model.money import euro_prices

__all__ = ["euro_prices"]
