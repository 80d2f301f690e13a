"""Call flows as documents: their shape, what is wrong with them, what a caller hears in them. Pure, without a clock."""
