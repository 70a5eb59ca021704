"""Small widgets that do not depend on questions or answers."""
