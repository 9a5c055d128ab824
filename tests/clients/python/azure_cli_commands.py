"""The Azure CLI, command by command, and a JSON line about each."""

import json
import os
import shlex
import subprocess
import tempfile

from flows import plan

PLAN = plan()
ENVIRONMENT = {**os.environ, "AZURE_CONFIG_DIR": tempfile.mkdtemp(dir=PLAN["folder"])}


def filled_in(word, values):
    name = word.removeprefix("$")
    return word if name == word else values[name]


values = dict(PLAN["values"])
for command in PLAN["commands"]:
    _, *words = [filled_in(word, values) for word in shlex.split(command["run"])]
    done = subprocess.run([PLAN["az"], *words], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if "keeps" in command:
        values[command["keeps"]] = done.stdout.strip()
    print(json.dumps({"status": done.returncode, "output": done.stdout, "error": done.stderr}), flush=True)
