"""Sessions and nothing else, for as little of a processor as a script can do with: what is measured is the server.

sessions.py PORT USER PASSWORD COUNT   so many, 20 at once: connect, log in, TYPE, PWD, QUIT; prints sessions a second
"""

import select
import socket
import sys
import time

AT_ONCE = 20


class Session:
    """One connection and the command that is next."""

    __slots__ = ("socket", "sent", "held")

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.sent = 0
        self.held = b""

    def go_on(self):
        """Answers each whole reply with the next command; tells whether the server has left, as QUIT asks of it."""
        got = self.socket.recv(4096)
        if not got:
            if self.sent < len(commands):
                raise RuntimeError(f"the server left before {commands[self.sent]!r}")
            return True
        *lines, self.held = (self.held + got).split(b"\n")
        for line in lines:
            if line[3:4] != b" " or not line[:3].isdigit():
                continue
            if line[:1] > b"3":
                raise RuntimeError(line)
            if self.sent < len(commands):
                self.socket.send(commands[self.sent])
                self.sent += 1
        return False


port, user, password, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
commands = [b"%b\r\n" % line.encode() for line in (f"USER {user}", f"PASS {password}", "TYPE I", "PWD", "QUIT")]
started = time.perf_counter()
poll = select.epoll()
sessions = {}
begun = ended = 0
while ended < count:
    while begun < count and len(sessions) < AT_ONCE:
        session = Session(port)
        begun += 1
        sessions[session.socket.fileno()] = session
        poll.register(session.socket, select.EPOLLIN)
    for descriptor, _ in poll.poll():
        session = sessions[descriptor]
        if session.go_on():
            del sessions[descriptor]
            session.socket.close()
            ended += 1
print(count / (time.perf_counter() - started))
