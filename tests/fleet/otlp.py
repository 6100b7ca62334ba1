"""Reads OTLP/JSON log requests from stdin, one a line, with the protocol's own published types; prints how many records.

Needs the `opentelemetry-proto` package. Fields the protocol does not know, and values of the wrong type, are errors.
"""

import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

count = 0
for line in sys.stdin:
    request = json_format.Parse(line, ExportLogsServiceRequest())
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                assert record.time_unix_nano > 0 and record.body.string_value and record.attributes
                count += 1
print(count)
