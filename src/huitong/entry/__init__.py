"""The edge: command line, API, worker and the wiring; the only place that knows every domain."""
