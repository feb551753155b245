"""Runs the reference for the test beside this file: each line on stdin, {"args": [...], "env": {...}, "stdout": FILE}, is one run of it, in a
process that is forked after the packages are loaded. Answers a line with its exit code for each."""

import json
import os
import signal
import sys

from airbyte_cdk.cli.source_declarative_manifest import _run as reference


# Seconds after which a run is ended, by the signal's own effect.
PATIENCE = 60


def run(args, env, stdout):
    signal.alarm(PATIENCE)
    os.environ.update(env)
    os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    code = 0
    try:
        reference.handle_command(args)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        code = 1
    sys.stdout.flush()
    os._exit(code)


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(**json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
