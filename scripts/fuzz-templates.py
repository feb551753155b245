"""Evaluates templates with the reference: reads lines {"template", "context", "now"}, prints {"type", "value"} or {"error"}."""

import base64
import datetime
import json
import math
import resource
import sys
import types

from airbyte_cdk.sources.declarative.interpolation import macros
from airbyte_cdk.sources.declarative.interpolation.jinja import JinjaInterpolation
from airbyte_cdk.sources.types import StreamSlice

RealDatetime = datetime.datetime
present = RealDatetime(2026, 1, 15, tzinfo=datetime.timezone.utc)


class DatetimeType(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, RealDatetime)


class FrozenDatetime(RealDatetime, metaclass=DatetimeType):
    @classmethod
    def now(cls, tz=None):
        return present.astimezone(tz)


macros.datetime = types.SimpleNamespace(
    datetime=FrozenDatetime, date=datetime.date, timedelta=datetime.timedelta, timezone=datetime.timezone
)


def typed(value):
    if value is None:
        return {"type": "null", "value": None}
    if isinstance(value, bool):
        return {"type": "bool", "value": value}
    if isinstance(value, int):
        return {"type": "int", "value": value if abs(value) <= 2**53 - 1 else str(value)}
    if isinstance(value, float):
        if math.isnan(value):
            return {"type": "float", "value": "NaN"}
        if math.isinf(value):
            return {"type": "float", "value": "Infinity" if value > 0 else "-Infinity"}
        return {"type": "float", "value": "-0.0" if value == 0 and math.copysign(1, value) < 0 else value}
    if isinstance(value, str):
        return {"type": "str", "value": value}
    if isinstance(value, (list, tuple)):
        return {"type": type(value).__name__, "value": [typed(item) for item in value]}
    if isinstance(value, set):
        return {"type": "set", "value": [typed(item) for item in sorted(value, key=lambda item: (str(type(item)), item))]}
    if isinstance(value, bytes):
        return {"type": "bytes", "value": base64.b64encode(value).decode()}
    if value is ...:
        return {"type": "ellipsis", "value": None}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {"type": "dict", "value": {key: typed(item) for key, item in value.items()}}
        return {"type": "dict", "pairs": [[typed(key), typed(item)] for key, item in value.items()]}
    raise TypeError(type(value))


def context_of(context):
    slice_of = context.get("stream_slice")
    if isinstance(slice_of, dict) and "$slice" in slice_of:
        context["stream_slice"] = StreamSlice(**slice_of["$slice"])
    return context


def answer(line):
    global present
    request = json.loads(line)
    present = RealDatetime.fromisoformat(request["now"].replace("Z", "+00:00"))
    context = context_of(request["context"])
    try:
        return typed(JinjaInterpolation().eval(request["template"], **context))
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)[:300]}


resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
