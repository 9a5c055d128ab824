"""MSAL for Python."""

import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from flows import NotOffered, Refused, environment, plan, run

PLAN = plan()


def sign_in(step, scope):
    match step["with"]:
        case "assertion":
            return as_client(step, scope, {"client_assertion": lambda: step["assertion"]})
        case "secret":
            return as_client(step, scope, step["secret"])
        case "certificate":
            return as_client(step, scope, certificate(step))
        case "certificate by SHA-1":
            return as_client(step, scope, certificate(step, by_sha1=True))
        case "managed identity":
            with environment(step):
                return of_identity(step, scope)
        case "device code":
            client = public(step)
            return shown(client.acquire_token_by_device_flow(client.initiate_device_flow([scope])))
        case _:
            raise NotOffered


def as_client(step, scope, credential):
    client = msal.ConfidentialClientApplication(
        step["client"], authority=authority(step), instance_discovery=False, client_credential=credential
    )
    return shown(client.acquire_token_for_client([scope]))


def public(step):
    return msal.PublicClientApplication(step["client"], authority=authority(step), instance_discovery=False)


def of_identity(step, scope):
    identity = msal.UserAssignedManagedIdentity(client_id=step["client"])
    if step.get("unnamed"):
        identity = msal.SystemAssignedManagedIdentity()
    client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    return shown(client.acquire_token_for_client(resource=scope.removesuffix("/.default")))


def authority(step):
    return f"{PLAN['authority']}/{step['tenant']}"


def certificate(step, by_sha1=False):
    with open(step["certificate"], encoding="utf-8") as file:
        pem = file.read()
    key, public_part = pem.split("-----BEGIN CERTIFICATE-----")
    public_part = "-----BEGIN CERTIFICATE-----" + public_part
    credential = {"private_key": key, "public_certificate": public_part}
    if by_sha1:
        parsed = x509.load_pem_x509_certificate(public_part.encode())
        credential = {"private_key": key, "thumbprint": parsed.fingerprint(hashes.SHA1()).hex()}
    return credential


def shown(answer):
    if "access_token" not in answer:
        raise Refused(answer["error_description"])
    return answer["access_token"]


run(sign_in)
