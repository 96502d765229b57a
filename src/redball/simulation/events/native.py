"""Teaches the compiler what a :class:`State` is: one address, whose attributes are arrays.

Numba takes such types from its users; it has no annotations, so this file is checked loosely.
"""

from hashlib import sha256
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

_WORD = ir.IntType(64)


def teach(state: type, elements: dict[str, tuple[np.dtype[Any], int]]) -> None:
    """Register a class with the property ``address``.

    Parameters
    ----------
    state : type
    elements : mapping of str to (dtype, axes)
        Arrays by name. The table at the address holds address, rows and columns of each, in order.
    """
    number = {name: at for at, name in enumerate(elements)}
    arrays = {
        name: types.Array(from_dtype(element), axes, "C")
        for name, (element, axes) in elements.items()
    }

    class _Attributes(AttributeTemplate):
        key = StateType

        def generic_resolve(self, kind: Any, attribute: str) -> Any:  # noqa: ARG002 - Numba's
            return arrays.get(attribute)

    def attribute(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:  # noqa: ARG001 - Numba's
        made = arrays[name]
        table = builder.inttoptr(value, _WORD.as_pointer())

        def load(at: int) -> Any:
            return builder.load(builder.gep(table, [_WORD(3 * number[name] + at)]))

        array = make_array(made)(context, builder)
        size = _WORD(elements[name][0].itemsize)
        shape = [load(1 + axis) for axis in range(made.ndim)]
        strides = [size] if made.ndim == 1 else [builder.mul(shape[1], size), size]
        data = builder.inttoptr(load(0), context.get_data_type(made.dtype).as_pointer())
        populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
        return array._getvalue()

    infer_getattr(_Attributes)
    lower_getattr_generic(StateType)(attribute)
    layout = repr([(name, element.descr, axes) for name, (element, axes) in elements.items()])
    known = StateType(sha256(layout.encode()).hexdigest()[:16])
    typeof_impl.register(state)(lambda value, context: known)  # noqa: ARG005 - Numba's


class StateType(types.Type):
    """What a state is to the compiler.

    The layout of all records is part of its name: machine code kept on disk from another layout
    must never be taken up again, whichever file changed.
    """

    def __init__(self, layout: str = "") -> None:
        super().__init__(name=f"RedballEventState({layout})")


@register_model(StateType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, of: Any) -> None:
        super().__init__(manager, of, _WORD)


@unbox(StateType)
def _unbox(kind: Any, value: Any, c: Any) -> NativeValue:  # noqa: ARG001 - Numba's signature
    held = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(held)
    c.pyapi.decref(held)
    return NativeValue(address)
