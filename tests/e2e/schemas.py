"""The JSON Schemas of docs/schema, as tests hold output against them."""

import json
import os
import pathlib


def read_schema(name):
    """Without its $id, which is no URL: the jsonschema of Debian 12 would look for something to fetch there."""
    path = pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"]) / f"docs/schema/{name}.json"
    return {key: value for key, value in json.loads(path.read_text()).items() if key != "$id"}
