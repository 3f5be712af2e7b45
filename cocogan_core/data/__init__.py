"""Training data: prepared data sets, what is drawn from them, and what fills them."""
