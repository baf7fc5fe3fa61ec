"""A TFTP reader that does no more than it has to, so that a server's figure is not a client's.

bare-tftp.py PORT NAME BLOCK WINDOW   reads NAME at 127.0.0.1, throws it away, and prints its octets and the seconds it took
"""

import socket
import struct
import sys
import time

ACK, OACK = 4, 6


def read(port, name, block_size, window_size):
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # A blocking socket with a timeout of the system's own: Python's would cost a poll(2) before each datagram.
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 1, 0))
    request = ["", name, "octet", "blksize", str(block_size), "windowsize", str(window_size), ""]
    end.sendto(b"\0\1" + "\0".join(request)[1:].encode(), ("127.0.0.1", port))
    answer, server = end.recvfrom(65_536)
    end.connect(server)

    options = granted(answer)
    full = options.get("blksize", 512) + 4
    window = options.get("windowsize", 1)
    ack = bytearray([0, ACK, 0, 0])
    end.send(ack)

    datagram = bytearray(full)
    take, give = end.recv_into, end.send
    octets = block = here = 0
    behind_hole = False
    while True:
        try:
            length = take(datagram)
        except BlockingIOError:
            give(ack)
            continue
        expected = (block + 1) & 0xFFFF
        if datagram[2] << 8 | datagram[3] != expected:
            # RFC 7440 section 4: what came last in order, once for each hole.
            if not behind_hole:
                give(ack)
            behind_hole, here = True, 0
            continue
        behind_hole = False
        block = expected
        octets += length - 4
        here += 1
        ack[2], ack[3] = datagram[2], datagram[3]
        if length < full:
            give(ack)
            return octets
        if here == window:
            here = 0
            give(ack)


def granted(answer):
    if answer[1] != OACK:
        raise RuntimeError(f"no options were granted: {answer[:80]!r}")
    fields = answer[2:].decode("ascii").lower().split("\0")
    return {name: int(value) for name, value in zip(fields[0::2], fields[1::2])}


started = time.perf_counter()
port, name, block_size, window_size = sys.argv[1:]
print(read(int(port), name, int(block_size), int(window_size)), time.perf_counter() - started)
