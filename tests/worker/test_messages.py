"""One definition of the messages: models, method table, hello and the schema document agree."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from unirs.answers import Answer
from unirs.inputs import Task
from unirs.request import TaskRequest
from unirs.worker import messages, protocol
from unirs.worker.schema import protocol_schema
from unirs.worker.server import hello

SCHEMA_FILE = Path(__file__).parents[2] / "docs/worker-protocol.schema.json"


def test_the_schema_document_is_that_of_the_models():
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == protocol_schema(), (
        "write it anew: python -m unirs.worker.schema docs/worker-protocol.schema.json"
    )


def test_every_reference_of_the_schema_leads_somewhere():
    schema = protocol_schema()
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references == set(schema["$defs"])


def test_every_method_has_its_messages():
    assert tuple(messages.METHODS) == protocol.METHODS


def test_every_task_is_a_method():
    assert {task.value for task in Task} <= set(protocol.WORK_METHODS)


def test_hello_matches_its_model():
    assert messages.HelloResult.model_validate(hello()).model_dump() == hello()


def test_the_parameters_of_a_task_are_the_fields_of_its_request():
    """One definition: names, defaults and descriptions are those of ``TaskRequest``."""
    own = {field.name: field.default for field in fields(TaskRequest) if field.name != "task"}
    parameters = messages.TaskParams.model_fields
    choice = messages.LoadParams.model_fields
    assert parameters.keys() == own.keys() | choice.keys() | {"background"}
    assert {name: parameters[name].get_default() for name in own if name != "paths"} == {
        name: default for name, default in own.items() if name != "paths"
    }
    assert all(field.description for field in parameters.values())


def test_the_result_of_a_task_is_an_answer_as_json():
    definition = protocol_schema()["$defs"]["Answer"]
    facts = Answer("yes", Task.ASK).to_json()
    assert definition["properties"].keys() == facts.keys() == set(definition["required"])


@pytest.mark.parametrize("name", ["messages", "schema"])
def test_the_documentation_names_every_message(name):
    manual = SCHEMA_FILE.with_name("worker-protocol.md").read_text(encoding="utf-8")
    words = {"messages": [*messages.METHODS, *messages.NOTIFICATIONS], "schema": ["schema.json"]}
    assert not [word for word in words[name] if word not in manual]
