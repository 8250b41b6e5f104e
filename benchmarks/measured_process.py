"""A command in a process of its own, and what it took as seen from outside."""

import json
import os
import subprocess
from dataclasses import dataclass


@dataclass
class Finished:
    command: list
    status: int
    output: str
    peak_memory_bytes: int

    def last_object(self):
        """The last line of the output that is a JSON object, or None."""
        for line in reversed(self.output.splitlines()):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                return value
        return None


def run(*command, environment=None):
    """Peak memory is what was resident in the process and the processes that it waited for, libraries included. It is no less than what this
    Python has resident, so import nothing large here."""
    command = [str(part) for part in command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Finished(command, process.returncode, output, usage.ru_maxrss * 1024)
