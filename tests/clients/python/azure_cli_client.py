"""The Azure CLI as it is installed: every sign-in with a configuration folder of its own."""

import json
import os
import shutil
import subprocess
import tempfile

from flows import NotOffered, plan, run

PLAN = plan()
AZ = PLAN["az"]
REGISTERED = tempfile.mkdtemp(dir=PLAN["folder"])


class CalledProcessError(subprocess.CalledProcessError):
    """What `az` wrote to standard error before it failed."""

    def __str__(self):
        return self.stderr


def az(folder, *arguments, **environment):
    environment = {**os.environ, **environment, "AZURE_CONFIG_DIR": folder}
    done = subprocess.run([AZ, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CalledProcessError(done.returncode, arguments, stderr=done.stderr)
    return done.stdout


def sign_in(step, scope):
    arguments = login(step)
    folder = tempfile.mkdtemp(dir=PLAN["folder"])
    shutil.copytree(REGISTERED, folder, dirs_exist_ok=True)
    az(folder, "login", *arguments, **step.get("environment", {}))
    token = az(folder, "account", "get-access-token", "--scope", scope, **step.get("environment", {}))
    return json.loads(token)["accessToken"]


def login(step):
    as_application = ["--service-principal", "--username", step.get("client"), "--tenant", step["tenant"]]
    match step["with"]:
        case "assertion":
            return [*as_application, "--federated-token", step["assertion"]]
        case "secret":
            return [*as_application, "--password", step["secret"]]
        case "certificate":
            return [*as_application, "--certificate", step["certificate"]]
        case "managed identity":
            return ["--identity"] if step.get("unnamed") else ["--identity", "--client-id", step["client"]]
        case "device code":
            # Without a refresh token there is one scope only, and ARM is not it.
            exchange = ["--scope", "api://AzureADTokenExchange/.default", "--skip-subscription-discovery"]
            return ["--use-device-code", "--tenant", step["tenant"], *exchange, "--allow-no-subscriptions"]
        case _:
            raise NotOffered


az(REGISTERED, "cloud", "register", "--name", "Emulated", "--endpoint-resource-manager", PLAN["authority"])
az(REGISTERED, "cloud", "set", "--name", "Emulated")
run(sign_in)
