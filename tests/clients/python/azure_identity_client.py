"""Azure Identity for Python: the synchronous credentials, or with `--asynchronous` those of `azure.identity.aio`."""

import os
import sys

import azure.identity
import azure.identity.aio

from flows import NotOffered, environment, plan, run

PLAN = plan()
ASYNCHRONOUS = "--asynchronous" in sys.argv
CREDENTIALS = azure.identity.aio if ASYNCHRONOUS else azure.identity
ENTRA = {"authority": PLAN["authority"], "disable_instance_discovery": True}


async def sign_in(step, scope):
    with environment(step):
        client = credential(step)
        if ASYNCHRONOUS:
            async with client:
                return (await client.get_token(scope)).token
        with client:
            return client.get_token(scope).token


def credential(step):
    match step["with"]:
        case "assertion":
            return CREDENTIALS.ClientAssertionCredential(
                step["tenant"], step["client"], lambda: step["assertion"], **ENTRA
            )
        case "secret":
            return CREDENTIALS.ClientSecretCredential(step["tenant"], step["client"], step["secret"], **ENTRA)
        case "certificate":
            return CREDENTIALS.CertificateCredential(step["tenant"], step["client"], step["certificate"], **ENTRA)
        case "workload identity":
            return CREDENTIALS.WorkloadIdentityCredential()
        case "default credential":
            return CREDENTIALS.DefaultAzureCredential()
        case "managed identity":
            return CREDENTIALS.ManagedIdentityCredential(client_id=None if step.get("unnamed") else step["client"])
        case "azure pipelines":
            return CREDENTIALS.AzurePipelinesCredential(
                tenant_id=step["tenant"],
                client_id=step["client"],
                service_connection_id=os.environ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"],
                system_access_token=os.environ["SYSTEM_ACCESSTOKEN"],
                **ENTRA,
            )
        case "device code" if not ASYNCHRONOUS:
            return azure.identity.DeviceCodeCredential(
                step["client"], tenant_id=step["tenant"], prompt_callback=lambda *_: None, **ENTRA
            )
        case _:
            raise NotOffered


run(sign_in)
