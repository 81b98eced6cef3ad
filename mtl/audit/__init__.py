"""Whether printed derived numbers can follow from the printed numbers beside them."""
