"""Where the blocks of a RocksDB table file are (github.com/facebook/rocksdb/wiki/Rocksdb-BlockBasedTable-Format): data
blocks, then a filter, an index, properties and other meta blocks, then a footer of 53 bytes. Every block is followed by
its compression type and checksum, 5 bytes. Only tables without compression, as the store writes them."""

FOOTER = 53
TRAILER = 5


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _handle(data, at):
    offset, at = _varint(data, at)
    size, at = _varint(data, at)
    return (offset, size), at


def _entries(block):
    """Keys and values of an uncompressed block with prefix-compressed keys."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        size, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + size]
        at += size


def regions(data):
    """[(name, begin, end)], without gaps."""
    footer = len(data) - FOOTER
    meta, at = _handle(data, footer + 1)
    index, _ = _handle(data, at)
    blocks = {"metaindex block": meta, "index block": index}
    for key, value in _entries(data[meta[0] : meta[0] + meta[1]]):
        name = key.decode(errors="replace")
        kind = "filter block" if "filter" in name else "properties block" if "properties" in name else "other meta block"
        blocks[kind] = _handle(value, 0)[0]
    found = [(name, offset, offset + size + TRAILER) for name, (offset, size) in blocks.items()]
    first = min(begin for _, begin, _ in found)
    return [("data block", 0, first), *sorted(found, key=lambda one: one[1]), ("footer", footer, len(data))]
