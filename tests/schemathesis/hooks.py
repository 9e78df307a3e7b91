"""Half of the generated requests go to something that exists: a random id is refused before anything else is read."""

import random

import schemathesis

KNOWN = {
    "dataset": [
        "5a1e5000-0000-4000-8000-000000000001",
        "5a1e5000-0000-4000-8000-000000000003",
        "5a1e5000-0000-4000-8000-00000000000f",
    ],
    "stream": ["371"],
    "execution": ["1", "2"],
    "upload": ["1", "2", "3"],
    "part": ["0", "1", "2"],
    "kind": ["USER", "GROUP"],
    "grantee": ["27", "28", "101"],
    "user": ["28", "29"],
    "tag": ["2024-01", "2024-02"],
}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    chance = random.Random(repr(path_parameters))
    return {
        name: chance.choice(KNOWN[name]) if name in KNOWN and chance.random() < 0.7 else value
        for name, value in (path_parameters or {}).items()
    }


@schemathesis.hook
def before_call(context, case, kwargs):
    """Datasets are not deleted, or there would soon be none."""
    if case.method.upper() == "DELETE" and case.path.endswith("/datasources/{dataset}"):
        case.path_parameters["dataset"] = "00000000-0000-4000-8000-000000000000"
