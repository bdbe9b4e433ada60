"""Write a small Outlook message, for cases and tests: a compound file with a subject, a body and attachments.

The layout follows the public descriptions [MS-CFB] (version 3, 512-byte sectors) and [MS-OXMSG].
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TEXT, _BINARY, _INTEGER = 0x001F, 0x0102, 0x0003


@dataclass
class _Entry:
    name: str
    kind: int                                  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    children: list[_Entry] = field(default_factory=list)


def make_msg(subject: str, sender: str, body: str, attachments: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """The bytes of a message; `attachments` are (file name, content)."""
    top = [(0x001A, _TEXT, "IPM.Note"), (0x0037, _TEXT, subject), (0x0C1A, _TEXT, sender), (0x1000, _TEXT, body)]
    root = _Entry("Root Entry", 5)
    header = struct.pack("<8x4I8x", 0, len(attachments), 0, len(attachments))
    root.children = _properties(header, top)
    for number, (name, data) in enumerate(attachments):
        storage = _Entry(f"__attach_version1.0_#{number:08X}", 1)
        storage.children = _properties(b"\0" * 8, [
            (0x3701, _BINARY, data), (0x3705, _INTEGER, 1), (0x3707, _TEXT, name)])
        root.children.append(storage)
    return _compound(root)


def _properties(header: bytes, values: Sequence[tuple[int, int, str | bytes | int]]) -> list[_Entry]:
    rows, streams = header, []
    for tag, kind, value in values:
        if isinstance(value, int):
            rows += struct.pack("<HHIII", kind, tag, 6, value, 0)
            continue
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        rows += struct.pack("<HHIII", kind, tag, 6, len(data) + (2 if kind == _TEXT else 0), 0)
        streams.append(_Entry(f"__substg1.0_{tag:04X}{kind:04X}", 2, data))
    return [_Entry("__properties_version1.0", 2, rows), *streams]


def _compound(root: _Entry) -> bytes:
    entries: list[_Entry] = []
    links: dict[int, tuple[int, int]] = {}                    # directory number → (right sibling, first child)

    def number(entry: _Entry) -> int:
        place = len(entries)
        entries.append(entry)
        ordered = sorted(entry.children, key=lambda e: (len(e.name), e.name.upper()))
        numbers = [number(child) for child in ordered]
        for left, right in zip(numbers, [*numbers[1:], _FREE][:len(numbers)], strict=True):
            links[left] = (right, links.get(left, (_FREE, _FREE))[1])
        links[place] = (_FREE, numbers[0] if numbers else _FREE)
        return place

    number(root)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = b"", list[int]()
    starts: dict[int, int] = {}

    def store(data: bytes) -> int:
        first, count = len(sectors), max(1, -(-len(data) // _SECTOR))
        for i in range(count):
            sectors.append(data[i * _SECTOR:(i + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            fat.append(first + i + 1 if i + 1 < count else _END)
        return first

    for place, entry in enumerate(entries):
        if entry.kind == 2 and len(entry.data) >= _CUTOFF:
            starts[place] = store(entry.data)
        elif entry.kind == 2 and entry.data:
            starts[place], count = len(mini_fat), -(-len(entry.data) // _MINI)
            mini += entry.data.ljust(count * _MINI, b"\0")
            mini_fat += [*range(starts[place] + 1, starts[place] + count), _END]
    starts[0] = store(mini) if mini else _END
    first_mini = store(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(_SECTOR, b"\xff")) if mini_fat else _END
    mini_sectors = max(1, -(-4 * len(mini_fat) // _SECTOR)) if mini_fat else 0
    directory = b"".join(_row(i, e, links[i], starts.get(i, 0), len(mini) if i == 0 else len(e.data))
                         for i, e in enumerate(entries))
    spare = -len(entries) % 4
    directory += (b"\0" * 68 + struct.pack("<III", _FREE, _FREE, _FREE) + b"\0" * 48) * spare
    first_directory = store(directory)
    count = 1
    while -(-(len(fat) + count) * 4 // _SECTOR) > count:
        count += 1
    places = list(range(len(sectors), len(sectors) + count))
    table = [*fat, *[_FAT] * count]
    table += [_FREE] * (count * _SECTOR // 4 - len(table))
    body = b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                       0, count, first_directory, 0, _CUTOFF, first_mini, mini_sectors, _END, 0)
    return head + struct.pack("<109I", *places, *[_FREE] * (109 - count)) + body


def _row(place: int, entry: _Entry, link: tuple[int, int], start: int, size: int) -> bytes:
    name = entry.name.encode("utf-16-le")
    return (name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, entry.kind, 1)
            + struct.pack("<III", _FREE, link[0], link[1]) + b"\0" * 36
            + struct.pack("<IQ", start if entry.kind != 1 else 0, size if entry.kind != 1 else 0))
