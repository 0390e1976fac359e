"""The clerk of the demonstration, who presses by the same forms as the page."""

import http.client
import json
import time
import urllib.parse

from common import promise


class Clerk:
    """Logged in; what a program is answered is JSON."""

    def __init__(self, server):
        self.server, self.cookie = server, ""
        password = json.loads((server.data / "demo.json").read_text())["clerk_password"]
        answer, _ = self.post("/login", {"email": "clerk@rethymno.example", "password": password}, "text/html")
        self.cookie = answer.getheader("set-cookie").split(";")[0]

    def post(self, path, form, accept="application/json"):
        """The answer, and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.http, timeout=10)
        headers = {"cookie": self.cookie, "accept": accept, "content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def press(self, act):
        """Answers the instant of the press, milliseconds UTC."""
        at_ms = int(time.time() * 1000)
        answer, _ = self.post(f"/studio/meetings/{self.server.meeting}/{act}", {"ground": "18 υπέρ, 5 κατά"})
        promise(answer.status == 200, f"{act} was answered {answer.status}")
        return at_ms

    def add_source(self, name, rank):
        """Another source for the meeting; answers the address at which its encoder publishes."""
        answer, body = self.post("/studio/sources", {"name": name})
        promise(answer.status in (200, 201), f"a source was answered {answer.status}: {body}")
        source = json.loads(body)
        form = {"source": source["id"], "rank": rank}
        answer, body = self.post(f"/studio/meetings/{self.server.meeting}/sources", form)
        promise(answer.status == 200, f"a source of rank {rank} was answered {answer.status}: {body}")
        return f"rtmp://127.0.0.1:{self.server.rtmp}/live/{source['key']}"
