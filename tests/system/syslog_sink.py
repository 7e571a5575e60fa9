"""A syslog server of a test: syslog_sink.py tcp|udp PORT FILE. One message a line."""

import socket
import sys


def tcp(port, out):
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            peer, _ = server.accept()
            data = b""
            while True:
                more = peer.recv(65536)
                if not more:
                    break
                data += more
                # RFC 6587 3.4.1: octet counting.
                while b" " in data:
                    size, rest = data.split(b" ", 1)
                    if len(rest) < int(size):
                        break
                    out.write(rest[:int(size)] + b"\n")
                    data = rest[int(size):]


def udp(port, out):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        while True:
            out.write(server.recv(65536) + b"\n")


if __name__ == "__main__":
    with open(sys.argv[3], "ab", buffering=0) as log:
        {"tcp": tcp, "udp": udp}[sys.argv[1]](int(sys.argv[2]), log)
