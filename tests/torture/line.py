"""A network line between an encoder and the server, in namespaces of its own: it loses packets, it is unplugged.

The encoder is in one namespace, a router in a second, the server where it always is. What the line does to packets is done
where the router forwards them, in both directions, so that nobody is told; and nothing of it touches this machine's own
rules. The namespaces take all of it with them when they go: interfaces, addresses, routes, rules.
"""

import contextlib
import itertools
import os
import re
import subprocess
import sys

from common import ROOT, promise, run

NUMBERS = itertools.count(os.getpid() % 100 * 2)


def remove(name):
    """Ends a namespace, with whatever is left in it: that would keep it."""
    for left in run("ip", "netns", "pids", name, check=False).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(left), 9)
    run("ip", "netns", "delete", name, check=False)


def remove_orphans():
    """Ends the namespaces of those who were killed before they could."""
    for name in re.findall(r"^(bema-\d+-\S+)", run("ip", "netns", "list").stdout, re.M):
        if not os.path.exists(f"/proc/{name.split('-')[1]}"):
            remove(name)


class Line:
    """Entered, it is there; `inside` goes before a command that is to run at the encoder's end."""

    def __init__(self):
        number = next(NUMBERS) % 250
        self.name, self.net = f"bema-{os.getpid()}-{number}", f"10.213.{number}"
        self.far, self.router = f"{self.name}-far", f"{self.name}-router"
        self.server = f"{self.net}.6"
        self.inside = ("ip", "netns", "exec", self.far)
        self.relays = []

    def __enter__(self):
        remove_orphans()
        try:
            self.lay()
        except BaseException:
            self.clear()
            raise
        return self

    def __exit__(self, *_):
        self.clear()

    def lay(self):
        net, far, router = self.net, self.far, self.router
        # A name of an interface has 15 letters at most.
        here = f"bema{self.name.removeprefix('bema-')}"[:15]
        for name in (far, router):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", far, "link", "add", "line", "type", "veth", "peer", "name", "far", "netns", router)
        run("ip", "link", "add", here, "type", "veth", "peer", "name", "near", "netns", router)
        for space, link, address in ((far, "line", 2), (router, "far", 1), (router, "near", 5), (None, here, 6)):
            inside = ("-n", space) if space else ()
            run("ip", *inside, "address", "add", f"{net}.{address}/30", "dev", link)
            run("ip", *inside, "link", "set", link, "up")
        run("ip", "-n", far, "route", "add", "default", "via", f"{net}.1")
        run("ip", "route", "add", f"{net}.0/30", "via", f"{net}.5")
        run("ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")

    def clear(self):
        for relay in self.relays:
            relay.kill()
            relay.wait()
        for name in (self.far, self.router):
            remove(name)

    def rules(self, *what, **more):
        return run("ip", "netns", "exec", self.router, "iptables", "-w", *what, **more)

    def lose(self, share):
        """From now on so many of all packets are lost, at random, in either direction."""
        self.rules("-F", "FORWARD")
        if share:
            self.rules("-A", "FORWARD", "-m", "statistic", "--mode", "random", "--probability", share, "-j", "DROP")

    def lost(self):
        """How many packets have been lost since `lose`."""
        told = self.rules("-L", "FORWARD", "-v", "-x", "-n").stdout
        return sum(int(count) for count in re.findall(r"^\s*(\d+)\s+\d+\s+DROP", told, re.M))

    def unplug(self):
        self.rules("-P", "FORWARD", "DROP")

    def plug(self):
        self.rules("-P", "FORWARD", "ACCEPT")

    def distance(self, server_port, delay_ms):
        """Puts so many milliseconds on the way of every UDP packet, each way; answers the address at the encoder's end."""
        relay = subprocess.Popen(
            [*self.inside, sys.executable, "-B", str(ROOT / "tests/torture/distance.py"), self.server, str(server_port), str(delay_ms)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.relays.append(relay)
        port = relay.stdout.readline().strip()
        promise(port, "the line has no length: distance.py did not start")
        return "127.0.0.1", int(port)
