"""MXNet Gluon with oneDNN, hybridized (static_alloc, static_shape), channels first."""
import job

given = job.arguments()
import mxnet as mx  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.gluon import nn  # noqa: E402

mx.random.seed(given.seed)


class Residual(nn.HybridBlock):
    def __init__(self, filters, stride, halves):
        super().__init__()
        with self.name_scope():
            self.body, self.shortcut = nn.HybridSequential(), nn.HybridSequential()
            self.body.add(nn.Conv2D(filters, 3, stride, 1, use_bias=False), nn.BatchNorm(), nn.Activation("relu"),
                          nn.Conv2D(filters, 3, 1, 1, use_bias=False), nn.BatchNorm())
            if halves:
                self.shortcut.add(nn.Conv2D(filters, 1, stride, use_bias=False), nn.BatchNorm())

    def hybrid_forward(self, F, x):
        return F.relu(self.body(x) + self.shortcut(x))


def blocks(layer):
    kind = layer["kind"]
    if kind == "conv":
        return [nn.Conv2D(layer["filters"], layer["kernel"], layer["stride"], layer["kernel"] // 2 * layer["same"],
                          activation=layer["activation"], use_bias=layer["bias"])]
    if kind == "dense":
        return [nn.Dense(layer["units"], activation=layer["activation"])]
    if kind == "residual":
        return [Residual(layer["filters"], layer["stride"], layer["stride"] > 1)]
    return {"max_pool": lambda: [nn.MaxPool2D(2)], "average_pool": lambda: [nn.AvgPool2D(2)], "flatten": lambda: [nn.Flatten()],
            "dropout": lambda: [nn.Dropout(layer["rate"])],
            "normalize_relu": lambda: [nn.BatchNorm(), nn.Activation("relu")],
            "global_average_pool": lambda: [nn.GlobalAvgPool2D(), nn.Flatten()]}[kind]()


net = nn.HybridSequential()
for each in given.layers:
    net.add(*blocks(each))
net.initialize(mx.init.Xavier("uniform", "avg", 3))
net.hybridize(static_alloc=True, static_shape=True)
loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
loss_of.hybridize(static_alloc=True, static_shape=True)
x, y, test_x, test_y = (nd.array(a) for a in job.load(given.data, channels_first=True))
trainer = gluon.Trainer(net.collect_params(), "nag" if given.nesterov else "sgd",
                        dict(learning_rate=given.lr, momentum=0.9, wd=0))


def step(indices):
    rows = nd.array(indices, dtype="int32")
    images, labels = nd.take(x, rows), nd.take(y, rows)
    with autograd.record():
        loss = loss_of(net(images), labels)
    loss.backward()
    trainer.step(len(indices))


def evaluate(begin, end):
    out, labels = net(test_x[begin:end]), test_y[begin:end]
    return (out.argmax(1) == labels).sum().asscalar(), loss_of(out, labels).sum().asscalar()


job.train(given, step, nd.waitall, evaluate, len(x), len(test_x))
