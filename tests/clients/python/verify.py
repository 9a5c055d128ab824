"""Verifies tokens with PyJWT, as an API does that is given one: prints what is wrong, and how many were right."""

import json
import sys
import urllib.request

import jwt

with open(sys.argv[1], encoding="utf-8") as file:
    given = json.load(file)

key_clients = {}


def keys_of(tenant):
    if tenant not in key_clients:
        with urllib.request.urlopen(f"{given['authority']}/{tenant}/v2.0/.well-known/openid-configuration") as answer:
            key_clients[tenant] = jwt.PyJWKClient(json.load(answer)["jwks_uri"])
    return key_clients[tenant]


def verify(token, audience, issuer, claims):
    key = keys_of(claims["tid"]).get_signing_key_from_jwt(token)
    required = ["aud", "iss", "iat", "nbf", "exp", "sub", "oid", "tid"]
    found = jwt.decode(
        token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options={"require": required}
    )
    for name, value in claims.items():
        if found.get(name) != value:
            raise ValueError(f"{name} is {found.get(name)!r}, not {value!r}")
    if found["sub"] != found["oid"]:
        raise ValueError("sub differs from oid")


right = 0
for one in given["tokens"]:
    try:
        verify(one["token"], one["audience"], one["issuer"], one["claims"])
        right += 1
    except (jwt.PyJWTError, ValueError, KeyError) as error:
        print(f"{one['client']}, {one['flow']}: {type(error).__name__}: {error}", file=sys.stderr)
print(right)
