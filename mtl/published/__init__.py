"""What the papers print: their tables, the numbers in their text, and what is lost of them."""
