"""Calls core modules by the canonical ABI of the component model."""
