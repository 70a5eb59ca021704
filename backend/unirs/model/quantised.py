"""Linear layers whose weights are int8 or int4: stored small, multiplied by PyTorch's own kernels.

Weights alone are quantised; activations keep their type. int8 has one scale for each output; int4
has a scale and an offset for each group of inputs (``group_of``). Few rows (decoding, a
small batch) go through the kernels, which read each weight once; many rows (a prompt) are
multiplied with weights that are restored piece by piece, because there the arithmetic counts, and
not the memory.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import torch
from torch import Tensor, nn

Quantisation = Literal["int8", "int4"]

_NARROW = 2048
"""Inputs below which an int4 layer has finer groups."""

ALIGNMENT: dict[Quantisation, int] = {"int8": 16, "int4": 64}
"""The sizes of a quantised layer are multiples of this."""

_MOST_ROWS: dict[Quantisation, int] = {"int8": 16, "int4": 128}
"""Rows up to which the kernels are faster than restored weights (measured on a CPU, docs)."""

_PIECE = 256
"""Outputs that are quantised or restored at a time on a CPU: a few MB, which stay in its cache."""


def quantisable(layer: nn.Module, quantisation: Quantisation) -> bool:
    """Whether a layer can be quantised: a linear one with sizes that the kernels take."""
    return type(layer) is nn.Linear and not any(
        size % ALIGNMENT[quantisation] for size in (layer.in_features, layer.out_features)
    )


def group_of(inputs: int) -> int:
    """Inputs of an int4 layer that share a scale and an offset.

    64 make 4.5 bits a weight, as in llama.cpp's Q4_0. Narrow layers, whose errors cancel out less
    and whose memory is small, have 32 (5 bits), which also is the group of Q4_1: what was stored
    in that form loses next to nothing.
    """
    return 32 if inputs < _NARROW else 64


class QuantisedLinear(nn.Linear):
    """A linear layer with int8 or int4 weights. Low-rank adapters can be put on it.

    Attributes:
        weight: Packed weights; their form depends on the device that they were packed for.
        scales: int8: ``[outputs]``; int4: ``[groups, outputs, 2]``, scale and offset.
            Always bfloat16, which is what the kernels read.

    Args:
        in_features: Inputs.
        out_features: Outputs.
        bias: Whether a bias is added.
        quantisation: Type of the weights.
        dtype: Type of the bias.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool,
        quantisation: Quantisation,
        dtype: torch.dtype | None = None,
    ) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = in_features, out_features
        self.quantisation = quantisation
        scales = (
            (out_features,)
            if quantisation == "int8"
            else (in_features // group_of(in_features), out_features, 2)
        )
        self.weight = _frozen(torch.empty(0, dtype=torch.int8))  # until the layer is loaded
        self.scales = _frozen(torch.empty(scales, dtype=torch.bfloat16))
        self.register_parameter(
            "bias", _frozen(torch.empty(out_features, dtype=dtype)) if bias else None
        )

    def forward(self, input: Tensor) -> Tensor:
        """Multiply ``[…, inputs]``; the result has the type of the input."""
        rows = input.reshape(-1, self.in_features)
        if len(rows) <= _MOST_ROWS[self.quantisation] or not self._restorable():
            product = self._by_kernel(rows)
        else:
            product = self._by_restoring(rows)
        if self.bias is not None:
            product = product + self.bias
        return product.view(*input.shape[:-1], self.out_features)

    def extra_repr(self) -> str:
        """Sizes and type of the weights."""
        return f"{self.in_features}, {self.out_features}, {self.quantisation}"

    def _restorable(self) -> bool:
        if self.quantisation == "int8":
            return True
        return self.weight.device.type == "cpu" and _packed_block() is not None

    def _by_kernel(self, rows: Tensor) -> Tensor:
        if self.quantisation == "int4":
            return int4_product(rows, self.weight, self.scales)
        if int8_kernel_works(rows.device.type):
            return int8_product(rows, self.weight, self.scales)
        return self._by_restoring(rows)

    def _by_restoring(self, rows: Tensor) -> Tensor:
        """Multiply with restored weights, a piece of the outputs at a time on a CPU."""
        size = _PIECE if rows.device.type == "cpu" else self.out_features
        product = rows.new_empty(len(rows), self.out_features)
        for start in range(0, self.out_features, size):
            piece = slice(start, start + size)
            if self.quantisation == "int8":
                weight = _restored_int8(self.weight[piece], self.scales[piece], rows.dtype)
                product[:, piece] = rows @ weight.t()
            else:
                blocks = _restored_int4(self.weight[piece], self.scales[:, piece], rows.dtype)
                product[:, piece] = (rows @ blocks).transpose(0, 1).flatten(1)
        return product


def quantise(weight: Tensor, quantisation: Quantisation) -> tuple[Tensor, Tensor]:
    """Packed weights and scales of a layer, for the device that its weights are on.

    Works on a piece of the outputs at a time, so that it takes little more memory than the result.

    Args:
        weight: ``[outputs, inputs]``, both multiples of ``ALIGNMENT``.
        quantisation: The type.
    """
    pieces = [_quantised_piece(piece, quantisation) for piece in weight.split(_PIECE)]
    packed, scales = zip(*pieces, strict=True)
    if quantisation == "int4" and weight.device.type != "cpu":
        return _packed_elsewhere(torch.cat(packed)), torch.cat(scales, dim=1).contiguous()
    return torch.cat(packed), torch.cat(scales, dim=int(quantisation == "int4")).contiguous()


def _quantised_piece(weight: Tensor, quantisation: Quantisation) -> tuple[Tensor, Tensor]:
    weight = weight.float()
    if quantisation == "int8":
        scales = _positive(weight.abs().amax(dim=1) / 127).bfloat16()
        whole = (weight / scales.float().unsqueeze(1)).round_().clamp_(-127, 127)
        return whole.char(), scales
    groups = weight.unflatten(1, (-1, group_of(weight.shape[1])))
    low, high = groups.aminmax(dim=2)
    scale = _positive((high - low) / 15).bfloat16()
    offset = (low + 8 * scale.float()).bfloat16()  # what the whole number 8 stands for
    whole = groups.sub(offset.float().unsqueeze(2)).div_(scale.float().unsqueeze(2))
    whole = whole.add_(8).round_().clamp_(0, 15).flatten(1).int()
    scales = torch.stack([scale.t(), offset.t()], dim=2)
    if weight.device.type == "cpu":
        return torch.ops.aten._convert_weight_to_int4pack_for_cpu(whole, 2), scales
    return (whole[:, ::2] << 4 | whole[:, 1::2]).byte(), scales


def _packed_elsewhere(pairs: Tensor) -> Tensor:
    """int4 weights, two in a byte ``[outputs, inputs / 2]``, in the form of an accelerator."""
    tiles = next(tiles for tiles in (8, 4, 2) if 2 * pairs.shape[1] % (16 * tiles) == 0)
    packed: Tensor = torch.ops.aten._convert_weight_to_int4pack(pairs, tiles)
    return packed


def int4_product(rows: Tensor, packed: Tensor, scales: Tensor) -> Tensor:
    """Rows ``[rows, inputs]`` times int4 weights, in the type of the rows."""
    narrow, group = rows.bfloat16(), group_of(rows.shape[1])
    if rows.device.type == "cpu":
        product = torch.ops.aten._weight_int4pack_mm_for_cpu(narrow, packed, group, scales)
    else:
        product = torch.ops.aten._weight_int4pack_mm(narrow, packed, group, scales)
    return product.to(rows.dtype)


def int8_product(rows: Tensor, whole: Tensor, scales: Tensor) -> Tensor:
    """Rows ``[rows, inputs]`` times int8 weights, in the type of the rows."""
    product = torch.ops.aten._weight_int8pack_mm(rows.bfloat16(), whole, scales)
    return product.to(rows.dtype)


@cache
def int8_kernel_works(device: str) -> bool:
    """Whether a type of device has a kernel for int8; without one, weights are restored."""
    return _agrees(device, "int8", int8_product)


@cache
def int4_kernel_works(device: str) -> bool:
    """Whether a type of device has a kernel for int4."""
    return _agrees(device, "int4", int4_product)


def _agrees(device: str, quantisation: Quantisation, product: object) -> bool:
    """Whether a kernel multiplies two small matrices about as float32 does."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(128, 256, generator=generator).to(device)
    rows = torch.randn(3, 256, generator=generator).to(device)
    try:
        result = product(rows, *quantise(weight, quantisation))  # type: ignore[operator]
    except (RuntimeError, NotImplementedError, AttributeError):  # no such kernel on this device
        return False
    error = (result - rows @ weight.t()).norm() / (rows @ weight.t()).norm()
    return bool(error < 0.2)


def _restored_int8(whole: Tensor, scales: Tensor, dtype: torch.dtype) -> Tensor:
    """int8 weights ``[outputs, inputs]`` as floating-point numbers."""
    return whole.to(dtype).mul_(scales.to(dtype).unsqueeze(1))


def _restored_int4(packed: Tensor, scales: Tensor, dtype: torch.dtype) -> Tensor:
    """int4 weights that were packed for a CPU, ``[blocks, inputs, outputs of a block]``."""
    block = _packed_block() or 0
    blocks, inputs = packed.shape[0] // block, 2 * packed.shape[1]
    pairs = packed.reshape(blocks, inputs, block // 2)
    whole = torch.cat([pairs & 15, pairs >> 4], dim=2).view(blocks, -1, group_of(inputs), block)
    scale, offset = scales.float().unbind(dim=2)  # [groups, outputs]
    low = offset - 8 * scale
    scale, low = (
        each.to(dtype).unflatten(1, (blocks, block)).transpose(0, 1).unsqueeze(2).contiguous()
        for each in (scale, low)
    )
    return torch.addcmul(low, whole.to(dtype), scale).view(blocks, inputs, block)


@cache
def _packed_block() -> int | None:
    """Outputs in a block of int4 weights packed for this CPU; ``None`` if its form is another.

    A block has the first half of its outputs in the low bits of its bytes, and the second half in
    the high bits, input by input. How large it is depends on the CPU's instructions.
    """
    whole = torch.arange(128 * 64).view(128, 64).mul(7).remainder(16).int()
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(whole, 2)
    for block in (64, 32):
        bytes_ = packed.reshape(128 // block, 64, block // 2)
        blocks = torch.cat([bytes_ & 15, bytes_ >> 4], dim=2)
        if torch.equal(blocks.transpose(1, 2).reshape(128, 64).int(), whole):
            return block
    return None


def _positive(scale: Tensor) -> Tensor:
    return scale.clamp_(min=torch.finfo(torch.float16).tiny)


def _frozen(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values, requires_grad=False)
