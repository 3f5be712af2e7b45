"""Put before every program that the tests start, as `sitecustomize`: a connection to a machine ends it."""

import os
import sys

FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def refuse(event, args):
    """End the process at once: an exception might be caught."""
    local = event != "socket.getaddrinfo" and len(args) > 1 and isinstance(args[1], str | bytes)  # a socket in a folder
    if event in FORBIDDEN and not local:
        sys.stderr.write(f"NETWORK {event} {args!r}\n")
        sys.stderr.flush()
        os._exit(99)


sys.addaudithook(refuse)
