"""A pytest plugin: prints each REST API config that dlt's tests make and that is nothing but data, as lines of JSON in the file CONFIGS.

Run it in a checkout of dlt's repository: CONFIGS=configs.jsonl PYTHONPATH=<this folder> pytest -p harvest tests/sources/rest_api
"""

import json
import os

import dlt.sources.rest_api as rest_api

seen = set()
out = open(os.environ["CONFIGS"], "w")


def keep(config):
    try:
        text = json.dumps(config)
    except TypeError:
        return
    if text in seen:
        return
    seen.add(text)
    test = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    print(json.dumps({"test": test, "config": config}), file=out, flush=True)


def recording(function):
    def call(config, *args, **kwargs):
        keep(config)
        return function(config, *args, **kwargs)

    return call


rest_api.rest_api_source = recording(rest_api.rest_api_source)
rest_api.rest_api_resources = recording(rest_api.rest_api_resources)
