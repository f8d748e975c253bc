"""Submits a text, then follows it and shows it as it grows: Python's standard library only.

    python3 fill.py [URL] [TEMPLATE]
"""

import json
import os
import re
import sys
import time
import urllib.request
import uuid
from http.client import HTTPException
from urllib.error import HTTPError

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4000/graphql"
TEMPLATE = sys.argv[2] if len(sys.argv) > 2 else "The [MASK] sat on the [MASK:1-3]."

SUBMIT = """
mutation ($input: InfillInput!) {
  submitInfill(input: $input) {
    ... on Infill { id }
    ... on Error { code message }
  }
}
"""

FOLLOW = """
subscription ($id: ID!, $after: Int) {
  infillEvents(id: $id, after: $after) {
    __typename
    ... on InfillEvent { seq }
    ... on InfillTokensCommitted { slots { index text } }
    ... on InfillTokensRevised { slots { index text } }
    ... on InfillLagged { slots { index text } }
    ... on InfillCompleted { infill { text } }
    ... on InfillCancelled { reason }
    ... on InfillFailed { error { code message } }
    ... on Error { code message }
  }
}
"""


def post(query, variables, accept):
    headers = {"content-type": "application/json", "accept": accept}
    if "LACUNA_KEY" in os.environ:
        headers["authorization"] = f"Bearer {os.environ['LACUNA_KEY']}"
    body = json.dumps({"query": query, "variables": variables}).encode()
    # The server sends a comment at least every 12 seconds: silence means that the connection is lost.
    try:
        return urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=60)
    except HTTPError as error:
        if error.code >= 500:
            raise
        # What the server refuses, it would refuse again: such as a key.
        sys.exit(f"{error.code}: {error.read().decode()}")


def again(action):
    """Tries up to six times what a broken connection may interrupt, with longer and longer pauses."""
    for attempt in range(5):
        try:
            return action()
        except (OSError, HTTPException):
            time.sleep(0.2 * 2**attempt)
    return action()


def submit():
    # The same key and input are the same infill: an attempt whose answer was lost can be sent again.
    with post(SUBMIT, {"input": INPUT}, "application/json") as response:
        infill = json.load(response)["data"]["submitInfill"]
    if "code" in infill:
        sys.exit(f"{infill['code']}: {infill['message']}")
    return infill["id"]


def items(response):
    """The results of a stream of server-sent events; ends with its last event."""
    for line in response:
        name, _, value = line.decode().rstrip("\n").partition(":")
        if name == "event" and value.strip() == "complete":
            return
        if name == "data" and value.strip():
            yield json.loads(value)["data"]["infillEvents"]
    raise ConnectionError("The stream broke off.")


class Follower:
    """What is known of an infill; `follow` goes on behind the last event that came."""

    def __init__(self, infill_id):
        self.infill_id = infill_id
        self.after = None
        self.slots = {}
        self.text = None
        self.problem = None

    def follow(self):
        variables = {"id": self.infill_id, "after": self.after}
        with post(FOLLOW, variables, "text/event-stream") as response:
            for item in items(response):
                self.apply(item)
                print(self.text or self.text_so_far(), flush=True)

    def apply(self, item):
        self.after = item.get("seq", self.after)
        if item["__typename"] == "InfillLagged":
            self.slots = {}
        self.slots.update({slot["index"]: slot["text"] for slot in item.get("slots", [])})
        self.text = item.get("infill", {}).get("text")
        if item["__typename"] == "InfillCancelled":
            self.problem = {"code": "CANCELLED", "message": item["reason"]}
        else:
            self.problem = item.get("error", item if "code" in item else None)

    def text_so_far(self):
        """The template with what its slots have."""
        indexes = iter(range(TEMPLATE.count("[MASK")))
        fill = lambda mask: self.slots.get(next(indexes), mask[0])
        return re.sub(r"\[MASK(?::[\d-]+)?\]", fill, TEMPLATE)


INPUT = {"source": {"text": TEMPLATE}, "idempotencyKey": str(uuid.uuid4())}
follower = Follower(again(submit))
again(follower.follow)
if follower.problem:
    sys.exit(f"{follower.problem['code']}: {follower.problem['message']}")
