"""Runs the flows of a plan with one client, and prints a JSON line about each."""

import asyncio
import contextlib
import inspect
import json
import os
import ssl
import sys
import urllib.request


class NotOffered(Exception):
    """The client has no way to do this."""


class NoAssertion(Exception):
    """The sign-in that was to give the assertion failed, so that the flow itself was not tried."""


class Refused(Exception):
    """A client that raises nothing has returned an error."""


def plan():
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def run(sign_in):
    """`sign_in(step, scope)` gives an access token, or raises what the client raises."""
    asyncio.run(_run(sign_in))


async def _run(sign_in):
    for flow in plan()["flows"]:
        line = {"flow": flow["name"]}
        try:
            line["token"] = await _token(sign_in, flow["signIn"], flow["scope"])
        except NotOffered:
            line["notOffered"] = True
        except Exception as error:
            line["exception"] = _name(error)
            line["text"] = str(error)
        print(json.dumps(line), flush=True)


async def _token(sign_in, step, scope):
    step = dict(step)
    if "from" in step:
        try:
            step["assertion"] = await _token(sign_in, step["from"], "api://AzureADTokenExchange/.default")
        except NotOffered:
            raise
        except Exception as error:
            raise NoAssertion(f"no assertion to present: {type(error).__name__}") from error
    token = github_assertion() if step["with"] == "github actions" else sign_in(step, scope)
    return await token if inspect.isawaitable(token) else token


@contextlib.contextmanager
def environment(step):
    """The variables that the platform of a step sets."""
    before = dict(os.environ)
    os.environ.update(step["environment"])
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def github_assertion():
    """What the job of a workflow asks its runner for."""
    url = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=api://AzureADTokenExchange"
    authorization = f"Bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"
    request = urllib.request.Request(url, headers={"Authorization": authorization})
    trust = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
    with urllib.request.urlopen(request, context=trust) as answer:
        return json.load(answer)["value"]


def _name(error):
    if isinstance(error, Refused):
        return "the returned dictionary"
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
