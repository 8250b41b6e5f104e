"""What runs the three networks: PyTorch eager or compiled, ONNX Runtime, OpenVINO. Each opens what its process needs and nothing else, and
answers with NumPy arrays:

    text(ids, mask)       int64 [B,L] each → the text's keys and values, as the engine likes them
    step(tokens, text)    int64 [B,N] → float32 [B,N,V]
    decode(tokens)        int64 [B,N] → float32 [B,C,R,R]
"""

import os


class Torch:
    """Eager: channels last, which is the faster format of the VQ-GAN's convolutions in both precisions."""

    def __init__(self, arguments):
        import torch

        from network import networks_of

        self.torch = torch
        self.version = "torch " + torch.__version__
        torch.set_num_threads(arguments.threads)
        networks, _ = networks_of(arguments.model)
        for network in networks.values():
            network.to(getattr(torch, arguments.precision))
        networks["decode"].to(memory_format=torch.channels_last)
        self.networks = self.ready(networks)

    def ready(self, networks):
        return networks

    def run(self, name, *inputs):
        with self.torch.no_grad():
            return self.networks[name](*(self.torch.from_numpy(array) for array in inputs))

    def text(self, ids, mask):
        return self.run("text", ids, mask)

    def step(self, tokens, text):
        with self.torch.no_grad():
            return self.networks["step"](self.torch.from_numpy(tokens), *text).float().numpy()

    def decode(self, tokens):
        return self.run("decode", tokens).float().numpy()


class Compiled(Torch):
    """torch.compile with the weights frozen into the code: packed for oneDNN, and laid out as it likes."""

    def ready(self, networks):
        import torch._inductor.config

        torch._inductor.config.freezing = True
        return {name: self.torch.compile(network, dynamic=False) for name, network in networks.items()}


class Exported:
    """An engine of files: run(name, *arrays) → the list of what that network gives."""

    def text(self, ids, mask):
        return self.run("text", ids, mask)

    def step(self, tokens, text):
        return self.run("step", tokens, *text)[0]

    def decode(self, tokens):
        return self.run("decode", tokens)[0]


class OnnxRuntime(Exported):
    KIND = "onnx"

    def __init__(self, arguments):
        import onnxruntime

        self.version = "onnxruntime " + onnxruntime.__version__
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        options.log_severity_level = 3
        self.sessions = {
            name: onnxruntime.InferenceSession(arguments.exported / f"{name}.onnx", options, ["CPUExecutionProvider"])
            for name in ("text", "step", "decode")
        }

    def run(self, name, *inputs):
        session = self.sessions[name]
        return session.run(None, {slot.name: array for slot, array in zip(session.get_inputs(), inputs, strict=True)})


class OpenVino(Exported):
    KIND = "openvino"

    def __init__(self, arguments):
        os.environ.setdefault("OPENVINO_TELEMETRY", "0")
        import openvino

        self.version = "openvino " + openvino.__version__.partition("-")[0]
        core = openvino.Core()
        settings = {
            "INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[arguments.precision],
            "INFERENCE_NUM_THREADS": arguments.threads,
            "PERFORMANCE_HINT": "LATENCY",
        }
        self.networks = {}
        for name in ("text", "step", "decode"):
            compiled = core.compile_model(core.read_model(arguments.exported / f"{name}.xml"), "CPU", settings)
            self.networks[name] = compiled.create_infer_request()

    def run(self, name, *inputs):
        results = self.networks[name].infer(list(inputs), share_inputs=True, share_outputs=True)
        return [results[i] for i in range(len(results))]


ENGINES = {"eager": Torch, "compile": Compiled, "onnxruntime": OnnxRuntime, "openvino": OpenVino}
