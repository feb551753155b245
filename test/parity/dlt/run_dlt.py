"""Reads dlt rest_api configs, one JSON object a line, and prints the rows of each one's resources, or its error, as one line of JSON."""

import json
import os
import sys
import tempfile
from contextlib import ExitStack

home = tempfile.mkdtemp()
os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="CRITICAL", DLT_DATA_DIR=home, DLT_PROJECT_DIR=home)
os.chdir(home)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from dlt.common.configuration import inject_section
from dlt.common.configuration.container import Container
from dlt.common.pipeline import StateInjectableContext, pipeline_state
from dlt.extract.pipe_iterator import ManagedPipeIterator
from dlt.extract.source import SourceInjectableContext, SourceSchemaInjectableContext
from dlt.sources.rest_api import rest_api_source


def rows_of(config, state):
    """The rows of each selected resource, and the state that they leave."""
    source = rest_api_source(config, name="compared")
    resources = source.selected_resources
    rows = {name: [] for name in resources}
    contexts = [
        source._get_config_section_context(),
        StateInjectableContext(state=state),
        SourceSchemaInjectableContext(source.schema),
        SourceInjectableContext(source),
    ]
    with ExitStack() as stack:
        stack.enter_context(inject_section(contexts[0]))
        for context in contexts[1:]:
            stack.enter_context(Container().injectable_context(context))
        iterator = ManagedPipeIterator.from_pipes(source._resources.selected_pipes)
    iterator.set_context(contexts)
    for item in iterator:
        found = item.item if isinstance(item.item, list) else [item.item]
        rows[item.pipe.name].extend(found)
    return rows


state, _ = pipeline_state(Container(), {})
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("fresh", True):
        state, _ = pipeline_state(Container(), {})
    try:
        answer = {"rows": rows_of(asked["config"], state)}
    except Exception as error:
        while error.__cause__ is not None:
            error = error.__cause__
        answer = {"error": f"{type(error).__name__}: {error}"[:500]}
    print(json.dumps(answer, default=str), file=answers, flush=True)
