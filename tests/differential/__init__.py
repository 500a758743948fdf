"""Random plans and books, paid by the product's engine and by the second calculator, compared exactly."""
