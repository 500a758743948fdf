"""Laws of whole sheets, on random plans and books (design page 9): most of them need no second calculator."""
