"""A disk with a volatile cache: what may be left of a folder when the power goes after any of the recorded calls.

The rules, the harshest that a journalling file system with POSIX semantics may show:
* What is written to a file is durable once an fsync or fdatasync of that file, begun after the write, has succeeded.
  Until then every sector of 512 bytes is on the disk, or is not, on its own, in any of the versions it has had; where it
  is not, there is what was durable before, or zeros. The file's size may be the old one, the new one or one between,
  whatever has become of the bytes.
* A name that was made, changed or removed is durable once an fsync of its folder has succeeded; a file's own fsync does
  nothing for its name. Until then any of the changes may be on the disk without the others, in any combination, except
  that one is never without an earlier change of the same name; a rename is there as a whole or not at all.
  Only in RocksDB's own folder do they keep their order, as in every journal: RocksDB points CURRENT at a MANIFEST whose
  name it syncs together with CURRENT's.
"""

import os
import random

SECTOR = 512
ORDERED = {"store"}
O_TRUNC = 0o1000


class File:
    def __init__(self):
        self.durable = bytearray()
        self.pending = []  # (number, offset, data), or (number, size, None) for a change of size
        self.number = 0

    def write(self, offset, data):
        self.number += 1
        self.pending.append((self.number, offset, data))

    def resize(self, size):
        self.number += 1
        self.pending.append((self.number, size, None))

    def sync(self, number):
        kept = []
        for one in self.pending:
            if one[0] <= number:
                _apply(self.durable, one[1], one[2])
            else:
                kept.append(one)
        self.pending = kept

    def newest(self):
        content = bytearray(self.durable)
        for _, offset, data in self.pending:
            _apply(content, offset, data)
        return content

    def after_a_cut(self, chance):
        if not self.pending:
            return bytes(self.durable)
        how = chance.random()
        if how < 0.15:
            return bytes(self.durable)
        if how < 0.25:
            return bytes(self.newest())
        if how < 0.45:
            return self._prefix(chance)
        return self._sectors(chance)

    def _prefix(self, chance):
        """Everything up to some sector of some write, in the order of the writes."""
        content = bytearray(self.durable)
        last = chance.randrange(len(self.pending))
        for index, (_, offset, data) in enumerate(self.pending[: last + 1]):
            if index == last and data is not None:
                data = data[: _sector_end(offset, chance.randrange(len(data) + 1))]
            _apply(content, offset, data)
        return bytes(content)

    def _sectors(self, chance):
        """Every sector on its own, in one of its versions."""
        content = bytearray(self.durable)
        keep = chance.choice((0.1, 0.5, 0.9))
        sizes = [len(content)]
        versions = {}
        for index, (_, offset, data) in enumerate(self.pending):
            if data is None:
                sizes.append(offset)
                continue
            sizes.append(offset + len(data))
            for sector in range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1):
                versions.setdefault(sector, []).append(index)
        chosen = {
            sector: indexes[-1] if chance.random() < keep else chance.choice([-1, *indexes[:-1]])
            for sector, indexes in versions.items()
        }
        for index, (_, offset, data) in enumerate(self.pending):
            if data is None:
                if chance.random() < keep:
                    _apply(content, offset, None)
                continue
            for sector in range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1):
                if index <= chosen[sector]:
                    begin = max(sector * SECTOR, offset)
                    end = min((sector + 1) * SECTOR, offset + len(data))
                    _apply(content, begin, data[begin - offset : end - offset])
        how = chance.random()
        if how < 0.5:
            _apply(content, sizes[-1], None)
        elif how < 0.75:
            _apply(content, chance.choice(sizes), None)
        return bytes(content)


def _sector_end(offset, length):
    """`length`, so that a write at `offset` ends with a sector."""
    end = (offset + length) // SECTOR * SECTOR
    return max(0, end - offset)


def _apply(content, offset, data):
    if data is None:
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Folder:
    def __init__(self, name=""):
        self.ordered = name in ORDERED
        self.durable = {}
        self.names = {}
        self.pending = []  # (number, {name: node or None})
        self.number = 0

    def change(self, names):
        self.number += 1
        self.pending.append((self.number, names))
        _rename(self.names, names)

    def sync(self, number):
        for one in self.pending:
            if one[0] <= number:
                _rename(self.durable, one[1])
        self.pending = [one for one in self.pending if one[0] > number]

    def after_a_cut(self, chance):
        names = dict(self.durable)
        if not self.pending:
            return names
        how = chance.random()
        if how < 0.2:
            return names
        if how < 0.3:
            return dict(self.names)
        if how < 0.5 or self.ordered:
            for _, changed in self.pending[: chance.randrange(len(self.pending) + 1)]:
                _rename(names, changed)
            return names
        keep = chance.choice((0.2, 0.5, 0.8))
        dropped = set()
        for _, changed in self.pending:
            if chance.random() < keep and not dropped & set(changed):
                _rename(names, changed)
            else:
                dropped |= set(changed)
        return names


def _rename(names, changed):
    for name, node in changed.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class Disk:
    """Follows the recorded calls. `root` is there, and durable, before the first of them, with `image` in it."""

    def __init__(self, root, ignores_sync=lambda path: False, image=None):
        self.root_path = os.path.normpath(root)
        self.root = Folder()
        for path, content in (image or {}).items():
            self._put(path, content)
        self.descriptors = {}
        self.syncs = {}
        self.unexpected = []
        self.ignores_sync = ignores_sync

    def _put(self, path, content):
        folder = self.root
        *above, name = path.split("/")
        for part in above:
            folder = folder.names[part]
        node = Folder(name) if content is None else File()
        if content is not None:
            node.durable = bytearray(content)
        folder.names[name] = folder.durable[name] = node

    def _find(self, path):
        path = os.path.normpath(path.decode())
        if path == self.root_path:
            return None, "", self.root
        parts = os.path.relpath(path, self.root_path).split("/")
        folder = self.root
        for part in parts[:-1]:
            folder = folder.names[part]
        return folder, parts[-1], folder.names.get(parts[-1])

    def apply(self, event):
        kind = event.kind
        if kind == "W":
            self.descriptors[event.descriptor][0].write(event.offset, event.second)
        elif kind == "B":
            node, path = self.descriptors[event.descriptor]
            self.syncs[event.offset] = node, node.number, path
        elif kind == "E":
            node, number, path = self.syncs.pop(event.offset)
            if not self.ignores_sync(path):
                node.sync(number)
        elif kind == "O":
            folder, name, node = self._find(event.first)
            if event.offset == 1 and node is None:
                node = File()
                folder.change({name: node})
            elif event.flags & O_TRUNC and isinstance(node, File):
                node.resize(0)
            if node is not None:  # else RocksDB's own log, which is written in ways that are not recorded
                self.descriptors[event.descriptor] = node, event.first.decode()
        elif kind == "C":
            self.descriptors.pop(event.descriptor, None)
        elif kind == "T":
            self.descriptors[event.descriptor][0].resize(event.offset)
        elif kind == "R":
            self._renamed(event)
        elif kind in "UD":
            folder, name, node = self._find(event.first)
            if node is not None:
                folder.change({name: None})
        elif kind == "M":
            folder, name, _ = self._find(event.first)
            folder.change({name: Folder(name)})
        elif kind == "X":
            self.unexpected.append(event)
        elif kind == "L":
            folder, name, _ = self._find(event.second)
            folder.change({name: self._find(event.first)[2]})

    def _renamed(self, event):
        folder, name, node = self._find(event.first)
        to_folder, to_name, _ = self._find(event.second)
        if node is None:
            return
        if folder is not to_folder:
            self.unexpected.append(event)
            return
        folder.change({name: None, to_name: node})

    def unsynced(self):
        """The paths below the root of whatever has something that is not durable yet."""
        found = []

        def visit(folder, path):
            if folder.pending:
                found.append(path + "/")
                found.extend(f"{path}/{name}" for _, changed in folder.pending for name in changed)
            for name, node in folder.names.items():
                if isinstance(node, Folder):
                    visit(node, f"{path}/{name}")
                elif node.pending:
                    found.append(f"{path}/{name}")

        visit(self.root, "")
        return found

    def image(self, seed):
        """{path: bytes, or None for a folder} as the disk may hold it if the power went now."""
        chance = random.Random(seed)
        return _collect(self.root, lambda node: node.after_a_cut(chance))

    def newest(self):
        """What a reader sees now."""
        return _collect(self.root, lambda node: node.names if isinstance(node, Folder) else bytes(node.newest()))


def _collect(root, look):
    found = {}
    done = {}

    def visit(folder, path):
        for name, node in sorted(look(folder).items()):
            where = f"{path}{name}"
            if isinstance(node, Folder):
                found[where] = None
                visit(node, where + "/")
            else:
                if id(node) not in done:
                    done[id(node)] = look(node)
                found[where] = done[id(node)]

    visit(root, "")
    return found


def write_image(image, folder):
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for path, content in image.items():
        where = os.path.join(folder, path)
        if content is None:
            os.mkdir(where, 0o700)
        else:
            descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
