"""Inside MXNet 1.9.1: loads what we exported with Module and with SymbolBlock."""
import sys
import warnings

warnings.filterwarnings("ignore")
import mxnet
import numpy

from common import accuracy_check, assert_close, check_all


def check(ours):
    symbol, arguments, auxiliaries = mxnet.model.load_checkpoint(ours.path("mxnet-3"), 0)
    data = [name for name in symbol.list_arguments() if name not in arguments]
    shape = (len(ours.images),) + tuple(ours.input)

    def one_input():
        assert len(data) == 1 and data[0].startswith("/") and data[0].endswith("_input1"), data

    def module():
        m = mxnet.mod.Module(symbol, data_names=data, label_names=None)
        m.bind([(data[0], shape)], for_training=False)
        m.set_params(arguments, auxiliaries)
        batch = mxnet.io.DataBatch([mxnet.nd.array(ours.images)])
        m.forward(batch, is_train=False)
        assert_close(m.get_outputs()[0].asnumpy(), ours.predictions)

    def block_predictions(images):
        block = mxnet.gluon.SymbolBlock.imports(ours.path("mxnet-3-symbol.json"), data, ours.path("mxnet-3-0000.params"))
        return block(mxnet.nd.array(images)).asnumpy()

    def symbol_block():
        assert_close(block_predictions(ours.images), ours.predictions)

    def same_bytes():
        mxnet.nd.save(ours.path("again.params"), mxnet_ordered())
        with open(ours.path("mxnet-3-0000.params"), "rb") as one, open(ours.path("again.params"), "rb") as other:
            assert one.read() == other.read(), "mx.nd.save writes other bytes"

    def mxnet_ordered():
        return mxnet.nd.load(ours.path("mxnet-3-0000.params"))

    return [("MXNet finds the one input", one_input), ("MXNet's Module predicts the same", module),
            ("MXNet's SymbolBlock predicts the same", symbol_block), ("mx.nd.save writes the same bytes", same_bytes)] + accuracy_check(ours, block_predictions)


sys.exit(check_all(check))
