"""Procedural rooms: from named numbers to rendered panoramas and sky boxes."""
