"""Answers Connector Builder requests by the reference: reads lines {"now", "proxy", "config", "catalog", "state"}, prints the RECORD's data or {"error"}."""

import datetime
import json
import logging
import os
import signal
import sys
import time

import orjson
import time_machine

out = sys.stdout
sys.stdout = sys.stderr = open(os.devnull, "w")

from airbyte_cdk.connector_builder import connector_builder_handler as handler
from airbyte_cdk.connector_builder.main import handle_connector_builder_request
from airbyte_cdk.models import AirbyteMessageSerializer, AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

time.sleep = lambda seconds: None
LONGEST = 60


class Endless(BaseException):
    """The reference did not come to an end."""


def give_up(*_):
    raise Endless()


signal.signal(signal.SIGALRM, give_up)


def answer(request):
    config = request["config"]
    catalog = ConfiguredAirbyteCatalogSerializer.load(request["catalog"]) if request["catalog"] else None
    state = [AirbyteStateMessageSerializer.load(message) for message in request["state"] or []]
    limits = handler.get_limits(config)
    source = handler.create_source(config=config, limits=limits, catalog=catalog, state=state)
    message = handle_connector_builder_request(source, config["__command"], config, catalog, state, limits)
    printed = json.loads(orjson.dumps(AirbyteMessageSerializer.dump(message)))
    return printed["record"]["data"] if printed["type"] == "RECORD" else {"error": printed["trace"]["error"]["message"]}


for line in sys.stdin:
    request = json.loads(line)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ[name] = request["proxy"]
    update_secrets([])
    logging.disable(logging.CRITICAL)
    now = datetime.datetime.fromisoformat(request["now"].replace("Z", "+00:00"))
    signal.alarm(LONGEST)
    try:
        with time_machine.travel(now, tick=False):
            result = answer(request)
    except Endless:
        result = {"error": "endless"}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    finally:
        signal.alarm(0)
    out.write(json.dumps(result) + "\n")
    out.flush()
