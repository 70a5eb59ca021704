"""Small widgets that know nothing of questions, layers or answers."""
