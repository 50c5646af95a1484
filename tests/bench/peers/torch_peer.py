"""PyTorch, eager, channels_last, fused SGD; --bf16: autocast."""
import job

given = job.arguments()
import torch  # noqa: E402  (what is wrong with the command line is said before the framework is loaded)
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(given.threads)
torch.manual_seed(given.seed)


class Residual(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.first = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(filters) for _ in range(2))
        self.shortcut = nn.Identity() if stride == 1 and channels == filters else nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = F.relu(self.norms[0](self.first(x)))
        return F.relu(self.norms[1](self.second(y)) + self.shortcut(x))


def activation(layer):
    return {"relu": [nn.ReLU()], "tanh": [nn.Tanh()], None: []}[layer["activation"]]


def modules(layers, shape):
    """The layers for images of shape [channels, height, width]."""
    found, x = [], torch.zeros(1, *shape)
    for layer in layers:
        kind, channels = layer["kind"], x.shape[1]
        if kind == "conv":
            new = [nn.Conv2d(channels, layer["filters"], layer["kernel"], layer["stride"], layer["kernel"] // 2 * layer["same"],
                             bias=layer["bias"])] + activation(layer)
        elif kind == "dense":
            new = [nn.Linear(channels, layer["units"])] + activation(layer)
        elif kind == "residual":
            new = [Residual(channels, layer["filters"], layer["stride"])]
        else:
            new = {"max_pool": lambda: [nn.MaxPool2d(2)], "average_pool": lambda: [nn.AvgPool2d(2)],
                   "flatten": lambda: [nn.Flatten()], "dropout": lambda: [nn.Dropout(layer["rate"])],
                   "normalize_relu": lambda: [nn.BatchNorm2d(channels), nn.ReLU()],
                   "global_average_pool": lambda: [nn.AdaptiveAvgPool2d(1), nn.Flatten()]}[kind]()
        for module in new:
            x = module.eval()(x)
        found += new
    return nn.Sequential(*found)


arrays = [torch.from_numpy(array) for array in job.load(given.data, channels_first=True)]
x, y, test_x, test_y = (a.to(memory_format=torch.channels_last) if a.dim() == 4 else a for a in arrays)
net = modules(given.layers, x.shape[1:])
for module in net.modules():
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
net = net.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(net.parameters(), lr=given.lr, momentum=0.9, nesterov=given.nesterov, fused=True)


def losses(images, labels, reduction):
    with torch.autocast("cpu", torch.bfloat16, enabled=given.bf16):
        out = net(images)
    return out, F.cross_entropy(out.float(), labels, reduction=reduction)


def step(indices):
    net.train()
    indices = torch.from_numpy(indices)
    loss = losses(x[indices], y[indices], "mean")[1]
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def evaluate(begin, end):
    net.eval()
    with torch.no_grad():
        out, loss = losses(test_x[begin:end], test_y[begin:end], "sum")
    return (out.argmax(1) == test_y[begin:end]).sum(), loss


job.train(given, step, lambda: None, evaluate, len(x), len(test_x))
