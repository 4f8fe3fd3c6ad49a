#!/usr/bin/python3
"""Mocked V4L2 devices on a umockdev testbed. Started by testbed.ts through umockdev-wrapper.

One JSON command per line on stdin, one JSON reply per line on stdout, in lock-step: the caller waits for the
reply (and, where it matters, for the event) before it sends the next one, because the testbed's event socket
holds ten datagrams only. The first line printed is {"root": DIR}, the UMOCKDEV_DIR of programs under test.

    {"op": "add", "records": "P: ...", "nodes": {"/dev/video0": {device as in v4l2_device.py}}}
    {"op": "uevent", "syspath": "/sys/...", "action": "change"}
    {"op": "remove", "syspaths": ["/sys/...", ...]}      children first
    {"op": "vanish", "syspaths": ["/sys/...", ...]}      the same, and the events are lost
    {"op": "set", "syspath": "/sys/...", "attribute": "state", "value": "capture"}      no event either
    {"op": "quit"}
"""
import json
import os
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import GLib, UMockdev  # noqa: E402

from v4l2_device import V4l2Device  # noqa: E402


class Controller:
    def __init__(self, loop):
        self.loop = loop
        self.testbed = UMockdev.Testbed.new()
        self.handlers = {}  # umockdev keeps no reference of its own
        self.node_links = {}
        self.unread = b""
        reply({"root": self.testbed.get_root_dir()})

    def add(self, records, nodes):
        for node, device in nodes.items():
            self.handlers[node] = V4l2Device(device)
        # The uevent is sent by add_from_string: parents come first, and each node is attached right behind its
        # own record. The program under test can only ask after that, because we are the one who answers.
        for record in records.strip().split("\n\n"):
            if os.path.isdir("/sys" + record.split("\n", 1)[0].removeprefix("P: ")):
                continue  # a bus or a device that another camera is on already
            node = next((node for node in nodes if name_line(node) in record), None)
            if node in self.node_links:
                self.restore_node(node)
                record = record.replace(name_line(node), "\n")
            self.testbed.add_from_string(record + "\n\n")
            if node:
                self.node_links.setdefault(node, os.readlink(self.testbed.get_root_dir() + node))
                self.testbed.attach_ioctl(node, self.handlers[node])

    def restore_node(self, node):
        # umockdev 0.17 makes a node of one name only once, and deletes its link with the device.
        os.symlink(self.node_links[node], self.testbed.get_root_dir() + node)

    def remove(self, syspaths, tell=True):
        for syspath in syspaths:
            node = "/dev/" + os.path.basename(syspath)
            if self.handlers.pop(node, None):
                self.testbed.detach_ioctl(node)
            if tell:
                self.testbed.uevent(syspath, "remove")
            self.testbed.remove_device(syspath)

    def obey(self, command):
        op = command.pop("op")
        if op == "quit":
            self.loop.quit()
        elif op == "add":
            self.add(**command)
        elif op == "remove":
            self.remove(**command)
        elif op == "vanish":
            self.remove(command["syspaths"], tell=False)
        elif op == "set":
            self.testbed.set_attribute(command["syspath"], command["attribute"], command["value"])
        elif op == "uevent":
            self.testbed.uevent(command["syspath"], command["action"])
        else:
            raise ValueError("unknown op " + op)

    def readable(self, *_):
        piece = os.read(0, 65536)
        if not piece:  # the test died: so do we, or the testbed would stay behind
            self.loop.quit()
            return False
        self.unread += piece
        while b"\n" in self.unread:
            line, self.unread = self.unread.split(b"\n", 1)
            try:
                self.obey(json.loads(line))
                reply({"ok": True})
            except Exception as error:  # the test must see it, whatever it is
                reply({"ok": False, "error": repr(error)})
        return True


def name_line(node):
    return "\nN: " + node.removeprefix("/dev/") + "\n"


def reply(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


main_loop = GLib.MainLoop()
controller = Controller(main_loop)
GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IOCondition.IN | GLib.IOCondition.HUP, controller.readable)
main_loop.run()
