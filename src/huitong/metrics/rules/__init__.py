"""What can be said of metrics without a lake: definitions, periods, statements, figures."""
