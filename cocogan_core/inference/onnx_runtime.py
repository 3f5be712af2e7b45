"""ONNX Runtime, told to send nothing: import it from here. Left alone, it reports its sessions to its maker."""

import os

# Read once, when the library loads. From 1.29 on: an identifier, a store of events, and their upload seconds later.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()  # what Windows' own tracing would collect, in releases before that

__all__ = ["onnxruntime"]
