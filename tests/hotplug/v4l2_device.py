"""The ioctls of one mocked V4L2 node that `v4l2-ctl --info --list-formats-ext` needs; no streaming.

A device is a dict, numbers as in videodev2.h:
    driver, card, bus: text; version: int; caps, deviceCaps: int
    failWith: errno for every call (a node whose device is just going away)
    formats: [{fourcc, description, flags, sizes}]
    size: {"discrete": [w, h], "intervals": [...]} | {"range": [minW, maxW, stepW, minH, maxH, stepH], "intervals": [...]}
          "continuous": true beside "range" for V4L2_FRMSIZE_TYPE_CONTINUOUS
    interval: {"discrete": [n, d]} | {"range": [[n, d] min, [n, d] max, [n, d] step], "continuous": bool}
"""
import errno
import struct

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

READ, READ_WRITE = 2, 3
DISCRETE, CONTINUOUS, STEPWISE = 1, 2, 3
VIDEO_CAPTURE, VIDEO_CAPTURE_MPLANE = 1, 9  # v4l2_buf_type
CAPS_MPLANE = 0x00001000 | 0x00004000  # capture, memory-to-memory


def request_number(direction, number, size):
    return (direction << 30) | (size << 16) | (ord("V") << 8) | number


QUERYCAP = request_number(READ, 0, 104)
ENUM_FMT = request_number(READ_WRITE, 2, 64)
ENUM_FRAMESIZES = request_number(READ_WRITE, 74, 44)
ENUM_FRAMEINTERVALS = request_number(READ_WRITE, 75, 52)


class Refused(Exception):
    """The driver's answer is this errno."""


def pick(entries, index):
    if index >= len(entries):
        raise Refused(errno.EINVAL)
    return entries[index]


class V4l2Device(UMockdev.IoctlBase):
    def __init__(self, device):
        super().__init__()
        self.device = device
        self.answers = {
            QUERYCAP: self.query_capabilities,
            ENUM_FMT: self.enumerate_format,
            ENUM_FRAMESIZES: self.enumerate_size,
            ENUM_FRAMEINTERVALS: self.enumerate_interval,
        }

    def do_handle_ioctl(self, client):
        request = client.get_request() & 0xFFFFFFFF
        answer = self.answers.get(request)
        if answer is None:
            client.complete(-1, self.device.get("failWith", errno.ENOTTY))
            return True
        memory = client.get_arg().resolve(0, (request >> 16) & 0x3FFF)
        struct_bytes = bytearray(memory.retrieve())
        try:
            if "failWith" in self.device:
                raise Refused(self.device["failWith"])
            answer(struct_bytes)
            memory.update(0, bytes(struct_bytes))
            client.complete(0, 0)
        except Refused as refused:
            client.complete(-1, refused.args[0])
        return True

    def query_capabilities(self, out):
        d = self.device
        words = (d["driver"].encode(), d["card"].encode(), d["bus"].encode(), d["version"], d["caps"], d["deviceCaps"])
        struct.pack_into("=16s32s32sIII", out, 0, *words)

    def enumerate_format(self, out):
        index, kind = struct.unpack_from("=II", out)
        ours = VIDEO_CAPTURE_MPLANE if self.device["deviceCaps"] & CAPS_MPLANE else VIDEO_CAPTURE
        if kind != ours:
            raise Refused(errno.EINVAL)
        chosen = pick(self.device["formats"], index)
        text, fourcc = chosen["description"].encode(), chosen["fourcc"].encode()
        struct.pack_into("=III32s4s", out, 0, index, kind, chosen.get("flags", 0), text, fourcc)

    def format_of(self, fourcc):
        for candidate in self.device["formats"]:
            if candidate["fourcc"].encode() == fourcc:
                return candidate
        raise Refused(errno.EINVAL)

    def enumerate_size(self, out):
        index, fourcc = struct.unpack_from("=I4s", out)
        size = pick(self.format_of(fourcc)["sizes"], index)
        if "discrete" in size:
            struct.pack_into("=III", out, 8, DISCRETE, *size["discrete"])
        else:
            struct.pack_into("=7I", out, 8, CONTINUOUS if size.get("continuous") else STEPWISE, *size["range"])

    def enumerate_interval(self, out):
        index, fourcc, width, height = struct.unpack_from("=I4sII", out)
        for size in self.format_of(fourcc)["sizes"]:
            if "range" in size or size["discrete"] == [width, height]:
                interval = pick(size["intervals"], index)
                break
        else:
            raise Refused(errno.EINVAL)
        if "discrete" in interval:
            struct.pack_into("=III", out, 16, DISCRETE, *interval["discrete"])
        else:
            flat = [number for fraction in interval["range"] for number in fraction]
            struct.pack_into("=7I", out, 16, CONTINUOUS if interval.get("continuous") else STEPWISE, *flat)
