"""The length of a line: carries UDP packets of one caller to an address and back, each after so many milliseconds.

    distance.py HOST PORT MILLISECONDS

It prints the port at which it listens. The kernel's own means for it, netem, is a module that not every machine has.
"""

import collections
import select
import socket
import sys
import time


def main():
    host, port, delay = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000
    near, far = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
    near.bind(("127.0.0.1", 0))
    far.connect((host, port))
    for one in (near, far):
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    print(near.getsockname()[1], flush=True)
    waiting, caller = collections.deque(), None
    while True:
        until = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for ready in select.select([near, far], [], [], until)[0]:
            try:
                if ready is near:
                    packet, caller = near.recvfrom(2048)
                    waiting.append((time.monotonic() + delay, far, packet))
                else:
                    waiting.append((time.monotonic() + delay, near, far.recv(2048)))
            except OSError:
                # The other end has no such port at the moment.
                continue
        while waiting and waiting[0][0] <= time.monotonic():
            _, to, packet = waiting.popleft()
            try:
                to.send(packet) if to is far else near.sendto(packet, caller)
            except OSError:
                continue


if __name__ == "__main__":
    main()
