"""What the system's calls give when nothing else is done: the floor under a server's and a client's figures.

bare.py serve PORT FILE sendfile|copy|none   answers as little as curl needs and sends FILE, or with
                                        none the same memory as often as it is long; a process a session, as vsftpd
bare.py get PORT USER PASSWORD REMOTE LOCAL
bare.py put PORT USER PASSWORD REMOTE LOCAL   one transfer; prints its seconds
"""

import mmap
import os
import signal
import socket
import sys
import time

PIECE = 1 << 20


def serve(port, path, how):
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    signal.signal(signal.SIGCHLD, reap)
    while True:
        control, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            session(control, path, senders[how])
            os._exit(0)
        control.close()


def reap(*_):
    """Only then their processor time counts as this process's."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass
    except ChildProcessError:
        pass


def session(control, path, send):
    replies = control.makefile("wb", buffering=0)
    replies.write(b"220 Bare.\r\n")
    passive = None
    for line in control.makefile("rb"):
        verb = line.split()[0].upper()
        if verb == b"EPSV":
            passive = socket.create_server(("127.0.0.1", 0))
            replies.write(b"229 Passive (|||%d|).\r\n" % passive.getsockname()[1])
        elif verb == b"RETR":
            data, _ = passive.accept()
            replies.write(b"150 Here it comes.\r\n")
            with open(path, "rb", buffering=0) as file:
                send(data, file.fileno(), os.fstat(file.fileno()).st_size)
            data.close()
            replies.write(b"226 Done.\r\n")
        elif verb == b"QUIT":
            replies.write(b"221 Bye.\r\n")
            return
        else:
            replies.write(fixed.get(verb, b"500 No.\r\n"))


fixed = {
    b"USER": b"331 Password.\r\n",
    b"PASS": b"230 In.\r\n",
    b"PWD": b'257 "/" is it.\r\n',
    b"TYPE": b"200 Binary.\r\n",
}


def send_file(data, file, size):
    at = 0
    while at < size:
        at += os.sendfile(data.fileno(), file, at, PIECE)


def send_copies(data, file, size):
    # Whole pages: a third of the speed where the copy lies a few bytes further in its page than the file's bytes.
    buffer = mmap.mmap(-1, PIECE)
    at = 0
    while at < size:
        count = os.preadv(file, [buffer], at)
        data.sendall(memoryview(buffer)[:count])
        at += count


def send_nothing_read(data, _, size):
    """The same memory over and over: what a reader takes from a server that costs next to nothing."""
    buffer = memoryview(mmap.mmap(-1, PIECE))
    for at in range(0, size, PIECE):
        data.sendall(buffer[: min(PIECE, size - at)])


senders = {"sendfile": send_file, "copy": send_copies, "none": send_nothing_read}


def log_in(port, user, password):
    control = socket.create_connection(("127.0.0.1", int(port)))
    lines = control.makefile("rb")
    say(control, lines, None)
    for command in (f"USER {user}", f"PASS {password}", "TYPE I"):
        say(control, lines, command)
    return control, lines


def say(control, lines, command):
    if command is not None:
        control.sendall(command.encode() + b"\r\n")
    while True:
        line = lines.readline()
        if line[3:4] == b" " and line[:3].isdigit():
            if line[0:1] > b"3":
                raise RuntimeError(line)
            return line


def transfer(direction, port, user, password, remote, local):
    started = time.perf_counter()
    control, lines = log_in(port, user, password)
    port = int(say(control, lines, "EPSV").split(b"|")[3])
    data = socket.create_connection(("127.0.0.1", port))
    say(control, lines, f"{'RETR' if direction == 'get' else 'STOR'} {remote}")
    if direction == "get":
        file = os.open(local, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        buffer = mmap.mmap(-1, PIECE)
        while count := data.recv_into(buffer):
            os.write(file, memoryview(buffer)[:count])
    else:
        file = os.open(local, os.O_RDONLY)
        send_file(data, file, os.fstat(file).st_size)
    os.close(file)
    data.close()
    say(control, lines, None)
    print(time.perf_counter() - started)


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
else:
    transfer(*sys.argv[1:])
