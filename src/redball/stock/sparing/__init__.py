"""What a stock of spares gives: backorders and availability over echelons and indentures."""
