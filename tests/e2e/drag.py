"""Drags files onto a window as a file manager does: the source's side of XDND 5, on libX11.

``python drag.py WINDOW TYPES FILE …``: says how it went; TYPES is how many kinds of data are offered.
"""

import sys
import time
from ctypes import POINTER, byref, c_ubyte, c_ulong, cast, create_string_buffer
from pathlib import Path

from pyglet.libs.x11 import xlib

PATIENCE_S = 20.0
OFFERED = [b"text/uri-list", b"UTF8_STRING", b"text/plain", b"x-special/gnome-icon-list"]
XA_ATOM = 4


class Source:
    """A window of no size that owns the drag; messages go to ``target``."""

    def __init__(self, target):
        self.display, self.target = xlib.XOpenDisplay(None), target
        root = xlib.XDefaultRootWindow(self.display)
        self.window = xlib.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, 0, 0)

    def atom(self, name):
        return xlib.XInternAtom(self.display, name, False)

    def tell(self, kind, *words):
        event = xlib.XEvent()
        message = event.xclient
        message.type, message.format = xlib.ClientMessage, 32
        message.window, message.message_type = self.target, self.atom(kind)
        for index, word in enumerate([self.window, *words]):
            message.data.l[index] = word
        xlib.XSendEvent(self.display, self.target, False, xlib.NoEventMask, byref(event))
        xlib.XFlush(self.display)

    def await_event(self, wanted):
        event, end = xlib.XEvent(), time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            while xlib.XPending(self.display):
                xlib.XNextEvent(self.display, event)
                if wanted(event):
                    return event
            time.sleep(0.01)
        return None

    def await_message(self, kind):
        atom = self.atom(kind)
        return self.await_event(lambda e: e.type == xlib.ClientMessage and e.xclient.message_type == atom)

    def put(self, window, name, kind, data, *, width, count):
        data = cast(data, POINTER(c_ubyte))
        xlib.XChangeProperty(self.display, window, name, kind, width, xlib.PropModeReplace, data, count)

    def offer(self, types):
        atoms = (c_ulong * len(types))(*map(self.atom, types))
        if len(types) > 3:
            self.put(self.window, self.atom(b"XdndTypeList"), XA_ATOM, atoms, width=32, count=len(types))
        xlib.XSetSelectionOwner(self.display, self.atom(b"XdndSelection"), self.window, xlib.CurrentTime)
        self.tell(b"XdndEnter", 5 << 24 | (len(types) > 3), *list(atoms)[:3])
        self.tell(b"XdndPosition", 0, 100 << 16 | 100, xlib.CurrentTime, self.atom(b"XdndActionCopy"))
        status = self.await_message(b"XdndStatus")
        return status is not None and bool(status.xclient.data.l[1] & 1)

    def drop(self, data):
        self.tell(b"XdndDrop", 0, xlib.CurrentTime)
        asked = self.await_event(lambda e: e.type == xlib.SelectionRequest)
        if asked is None:
            return "nobody asked for the data"
        wanted = asked.xselectionrequest
        self.put(wanted.requestor, wanted.property, wanted.target, create_string_buffer(data), width=8, count=len(data))
        answer = xlib.XEvent()
        told = answer.xselection
        told.type, told.requestor, told.selection = xlib.SelectionNotify, wanted.requestor, wanted.selection
        told.target, told.property, told.time = wanted.target, wanted.property, wanted.time
        xlib.XSendEvent(self.display, wanted.requestor, False, xlib.NoEventMask, byref(answer))
        xlib.XFlush(self.display)
        done = self.await_message(b"XdndFinished")
        return "handed over" if done is None else "finished"


def main(target, types, *files):
    source = Source(int(target))
    accepted = source.offer(OFFERED[: int(types)])
    data = "".join(f"{Path(file).absolute().as_uri()}\r\n" for file in files).encode()
    print(source.drop(data) if accepted else "refused")
    xlib.XCloseDisplay(source.display)


if __name__ == "__main__":
    main(*sys.argv[1:])
