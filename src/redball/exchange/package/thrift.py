"""Reading Thrift's compact protocol, distrusted: every length is checked against what is there.

Source: Apache Thrift, "Thrift Compact protocol encoding".
"""

from dataclasses import dataclass

Value = int | bytes | list["Value"] | dict[int, "Value"]

_DEPTH = 24
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)


class ThriftError(ValueError):
    """The bytes are not what the protocol allows; caught within this package."""


@dataclass
class Reader:
    """A place in bytes; ``at`` moves as values are read."""

    data: bytes
    at: int
    end: int

    def struct(self, depth: int = 0) -> dict[int, Value]:
        """A struct as field number to value; maps are passed over."""
        if depth > _DEPTH:
            raise ThriftError("nested too deeply")
        fields: dict[int, Value] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._zigzag()
            if kind in (_TRUE, _FALSE):
                fields[number] = int(kind == _TRUE)
            else:
                fields[number] = self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Value:
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _MAP:
            return self._map(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ThriftError("unknown type of field")

    def _list(self, depth: int) -> list[Value]:
        head = self._byte()
        size = head >> 4
        if size == 15:
            size = self._varint()
        if size > self.end - self.at:  # each element takes a byte at least
            raise ThriftError("a list longer than the file")
        return [self._value(head & 15, depth + 1) for _ in range(size)]

    def _map(self, depth: int) -> int:
        size = self._varint()
        if size > self.end - self.at:
            raise ThriftError("a map longer than the file")
        if size:
            kinds = self._byte()
            for _ in range(size):
                self._value(kinds >> 4, depth + 1)
                self._value(kinds & 15, depth + 1)
        return size

    def _byte(self) -> int:
        if self.at >= self.end:
            raise ThriftError("cut off")
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, size: int) -> bytes:
        if size > self.end - self.at:
            raise ThriftError("cut off")
        self.at += size
        return self.data[self.at - size : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise ThriftError("a number of too many bytes")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
