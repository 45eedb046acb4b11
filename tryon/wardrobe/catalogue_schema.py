"""The JSON Schema of catalogue files, for editors that complete and check while one types."""

from __future__ import annotations

import json
from typing import Any

from tryon.wardrobe.item import Item
from tryon.wardrobe.recipes import RECIPES, craft


def schema_text() -> str:
    """JSON Schema (2020-12) of the schema `item.1`, with the parameters of every recipe."""
    schema = Item.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    # Left out, it is the category's usual one.
    schema["required"].remove("anchor")
    schema["oneOf"] = [{"required": ["recipe"]}, {"required": ["model"]}]
    schema["$defs"]["Recipe"]["properties"]["name"]["enum"] = list(RECIPES)
    schema["allOf"] = [_when_made_by(name, schema["$defs"]) for name in RECIPES]
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _when_made_by(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """The clause that ties an item of this recipe to the recipe's parameters; adds them to `definitions`."""
    parameters = craft(name).parameters.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for inner, definition in parameters.pop("$defs", {}).items():
        definitions[f"{name}.{inner}"] = definition
    # Defaults are the recipe's own affair and change with every touch of the designer.
    for parameter in parameters["properties"].values():
        parameter.pop("default", None)
    # Sizes and other variants may give what a single place leaves out.
    parameters.pop("required", None)
    definitions[f"{name}-parameters"] = parameters
    own = {"properties": {"parameters": {"$ref": f"#/$defs/{name}-parameters"}}}
    return {
        "if": {
            "required": ["recipe"],
            "properties": {"recipe": {"properties": {"name": {"const": name}}}},
        },
        "then": {"properties": {"recipe": own, "variants": {"items": own}}},
    }
