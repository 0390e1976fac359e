#!/usr/bin/python3
"""A mail server that is not ours (aiosmtpd), with moods by address: never@ is refused, later@ is put off once, slow@ is kept
waiting. What it takes goes into a file, a line of JSON each. It wants STARTTLS and a password.

    sink.py PORT CERTIFICATE KEY USER PASSWORD FILE
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, certificate, key, user, password, file = sys.argv[1:]


class Sink:
    put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        mood = address.split("@")[0]
        if mood == "never":
            return "550 5.1.1 There is no such mailbox here"
        if mood == "later" and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 Greylisted, come again"
        if mood == "slow":
            await asyncio.sleep(600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        took = {name: str(message[name]) for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "Date")}
        took["text"] = message.get_content()
        with open(file, "a", encoding="utf-8") as out:
            out.write(json.dumps(took) + "\n")
        return "250 Message accepted for delivery"


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login.decode(), data.password.decode()) == (user, password), handled=False)


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
controller = Controller(
    Sink(), hostname="127.0.0.1", port=int(port), tls_context=tls, require_starttls=True, auth_required=True, authenticator=check
)
controller.start()
print("ready", flush=True)
asyncio.new_event_loop().run_forever()
