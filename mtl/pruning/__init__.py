"""From trained gates to a plain network: fewer filters, no gates."""
